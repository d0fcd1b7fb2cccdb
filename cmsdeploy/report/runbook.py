"""The runbook: a plan as a method of procedure that a person carries out by hand, box by box.

What stands in the document is the template's affair (``runbook.md.j2``), and a site may have its
own. The plan becomes plain values for it, every one of them escaped for Markdown already.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cmsdeploy.model.plan import Plan
from cmsdeploy.report.catalogue import TEMPLATES, catalogue
from cmsdeploy.report.evidence import run_values
from cmsdeploy.report.markdown import block, code, plain
from cmsdeploy.report.procedure import Procedure, Writing
from cmsdeploy.report.run import Run
from cmsdeploy.template import render_document

__all__ = ["TEMPLATE", "runbook"]

TEMPLATE = "runbook.md.j2"


def runbook(
    plan: Plan,
    *,
    title: str,
    language: str = "en",
    search: Sequence[Path] = (),
    run: Run | None = None,
) -> str:
    """Give ``plan`` as Markdown, filled with what happened in ``run``. ``search`` are the site's
    own template folders; ours come last.

    Raises ``OptionError`` for a language that we do not have and ``InputError`` for a template
    that cannot be read.
    """
    words = catalogue(language, "runbook", search)
    view = Procedure.of(plan, Writing(plain, code, block, words.say), run)
    variables = {
        "title": plain(title),
        "run": run_values(run),
        "language": language,
        "translated": words.words,
        "digest": code(plan.digest),
        "boxes": [view.box(host) for host in plan.hosts],
        "order": [view.step(step) for step in plan.steps],
        "secrets": [view.secret(reference) for reference in view.references()],
        "refusals": [view.refusal(each) for each in plan.refusals],
    }
    return render_document(TEMPLATE, variables, search=[*search, TEMPLATES])
