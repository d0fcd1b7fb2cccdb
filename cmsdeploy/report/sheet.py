"""The Web Admin sheet: for every box with a login to set, the page to fill in, for a person.

What stands in the document is the template's affair (``webadmin.md.j2``), and a site may have its
own. A secret is a name, with the box and the command that show it: it is never printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cmsdeploy.model.action import Call, Manual
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Step
from cmsdeploy.report.catalogue import TEMPLATES, catalogue
from cmsdeploy.report.markdown import block, code, plain
from cmsdeploy.report.procedure import Procedure, Writing
from cmsdeploy.template import render_document

__all__ = ["TEMPLATE", "sheet"]

TEMPLATE = "webadmin.md.j2"


def sheet(plan: Plan, *, title: str, language: str = "en", search: Sequence[Path] = ()) -> str:
    """Give the sheet as Markdown. ``search`` are the site's own template folders; ours come last.

    Raises ``OptionError`` for a language that we do not have and ``InputError`` for a template
    that cannot be read.
    """
    words = catalogue(language, "sheet", search)
    view = Procedure.of(plan, Writing(plain, code, block, words.say))
    pages = [page for step in plan.steps if (page := _page(view, step)) is not None]
    variables = {
        "title": plain(title),
        "language": language,
        "translated": words.words,
        "pages": pages,
    }
    return render_document(TEMPLATE, variables, search=[*search, TEMPLATES])


def _page(view: Procedure, step: Step) -> dict[str, object] | None:
    """What is typed into the page of one box; None for a step that fills none in."""
    action = step.action
    if isinstance(action, Call):
        form, secrets = action.form, action.secrets
    elif isinstance(action, Manual):
        form, secrets = action.form, action.asks
    else:
        return None
    if not secrets:
        return None
    return {
        "box": plain(step.host),
        "cluster": plain(step.cluster),
        "why": view.writing.said(step.why),
        "source": view.writing.said(step.source),
        "fields": [
            *({"name": name, "shown": code(value) if value else ""} for name, value in form),
            *({"name": name, "secret": _secret(view, ref)} for name, ref in secrets),
        ],
    }


def _secret(view: Procedure, reference: SecretRef) -> dict[str, object]:
    return dict(view.secret(reference))
