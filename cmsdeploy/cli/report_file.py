"""``--report FILE``: what a command found, as one HTML file beside its own output."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmsdeploy.cli.job import Job
    from cmsdeploy.planning.compare import Comparison

__all__ = ["ReportFile"]


@dataclass(frozen=True)
class ReportFile:
    """A new file, born 0600, and its language."""

    path: Path
    language: str = "en"

    def write(self, comparison: Comparison, job: Job, playbook: Path) -> None:
        """Write the report of ``comparison``. Raises ``InputError`` where the file is there."""
        from cmsdeploy.cli.places import template_folders
        from cmsdeploy.cli.private_file import write_private
        from cmsdeploy.cli.topology import clusters_of
        from cmsdeploy.report.html import PlanReport, html_report

        plan = comparison.plan
        report = PlanReport(
            plan,
            job.title,
            clusters_of(job.site.inventory, plan),
            tuple(comparison.summary),
            tuple(comparison.problems),
        )
        text = html_report(report, language=self.language, search=template_folders(playbook))
        write_private(self.path, text)
        job.site.options.console.note(f"report: {self.path}")
