"""How Sphinx makes a site of these pages: ./scripts/docs.

The pages are plain Markdown, so that they read well on a hosting page too. What only Sphinx wants
is added while it reads: the order of the pages is that of the links on the first one, and a page
that is not linked there is a warning, which ends the build.
"""

from __future__ import annotations

import re
from typing import Any

project = "cmsdeploy"
author = "The cmsdeploy founders"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
html_theme = "alabaster"
html_theme_options = {"description": "XMPP resiliency for Meeting Server", "page_width": "70em"}
html_show_sphinx = False
html_copy_source = False
myst_heading_anchors = 3

_PAGE = re.compile(r"\]\(([a-z0-9/-]+)\.md\)")
# Files of the project above this folder are no pages of the site.
_ABOVE = re.compile(r"\[([^\]]+)\]\((\.\./)+(README|CONTRIBUTING|CHANGELOG)\.md(#[^)]*)?\)")


def _prepared(app: Any, name: str, source: list[str]) -> None:
    text = _ABOVE.sub(r"\1 (`\3.md`)", source[0])
    if name == root_doc:
        order = "\n".join(dict.fromkeys(_PAGE.findall(text)))
        text += f"\n```{{toctree}}\n:hidden:\n\n{order}\n```\n"
    source[0] = text


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _prepared)
