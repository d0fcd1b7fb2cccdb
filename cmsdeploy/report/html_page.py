"""One self-contained HTML page: style and script inside, and a policy that lets nothing else in.

The policy names the page's own style and script by their SHA-256 and forbids everything else: no
network, no frame, no form, no style on an element. So even a text that got past the escaping would
do nothing. What is not ASCII is written as a reference, so that no terminal and no mail gateway on
the way can spoil it; and no line of a box begins with two colons, which a build server would take
for a command where a page is printed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from cmsdeploy.errors import InputError
from cmsdeploy.report.catalogue import PICTURE, TEMPLATES, Catalogue
from cmsdeploy.report.graph_svg import STYLE, Say
from cmsdeploy.template import render_document

__all__ = ["page", "picture_words"]

_RAW = re.compile(r"(<style>.*?</style>|<script>.*?</script>)", re.DOTALL)
_COLONS = re.compile(r"(?m)^(\s*):(?=:)")


def page(
    template: str, variables: Mapping[str, object], words: Catalogue, search: Sequence[Path]
) -> str:
    """Render ``template`` with ``variables``, and with ``style``, ``script`` and ``policy``.

    ``search`` are the site's own template folders; ours come last. Raises ``InputError`` for a
    template that cannot be read.
    """
    folders = [*search, TEMPLATES]
    style = _inside("report.css", folders) + STYLE
    script = _inside("report.js", folders)
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    policy += "; base-uri 'none'; form-action 'none'"
    given: dict[str, object] = {"style": style, "script": script, "policy": policy}
    given |= {"language": words.language, "translated": words.words}
    text = render_document(template, {**variables, **given}, search=folders)
    parts = _RAW.split(text.strip())
    parts[::2] = [_COLONS.sub(r"\1&#58;", part) for part in parts[::2]]
    return "".join(parts).encode("ascii", "xmlcharrefreplace").decode() + "\n"


def picture_words(words: Catalogue) -> Say:
    """What says the words of a picture, by the catalogue of all documents."""
    return lambda english: words.say(english, PICTURE)


def _inside(name: str, folders: Sequence[Path]) -> str:
    text = render_document(name, {}, search=folders)
    if not text.isascii():
        # A reference means nothing inside a style or a script.
        raise InputError(f"{name} holds a character outside ASCII", "write it as an escape")
    return text


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
