"""Answers of the API and how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

_DECLARATION = '<?xml version="1.0"?>'  # SEEN: api-get-response
_XML_HEADERS = {"Content-Type": "text/xml"}  # SEEN: api-get-response


@dataclass(frozen=True)
class ApiAnswer:
    """Answer of the API: HTTP status, the headers that carry meaning, the text."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Query:
    """What a request asks beside its method and object: fields of the form and of the URL."""

    form: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, default: int) -> int:
        """Give a number of the URL or the form; the default where it is none."""
        text = self.words.get(name) or self.form.get(name) or ""
        return int(text) if text.isdigit() else default


def unauthorised() -> ApiAnswer:
    """Answer to a request without, or with wrong, credentials (SEEN: api-trace-401)."""
    return ApiAnswer(401, {"WWW-Authenticate": 'Basic realm="acano"'})


def refused(tag: str, status: int = 400) -> ApiAnswer:
    """Answer with failure details (SEEN: api-failure-missing-object)."""
    body = f"{_DECLARATION}<failureDetails><{tag} /></failureDetails>"
    return ApiAnswer(status, _XML_HEADERS, body)


def unknown_field(name: str) -> ApiAnswer:
    """Answer to a field that the object lacks. The tag is a guess; the shape is SEEN."""
    quoted = escape(name, {'"': "&quot;"})
    return refused(f'parameterError parameter="{quoted}" error="unrecognised"')


def busy() -> ApiAnswer:
    """Answer under load (CODE mmp 9: MIV tries again); without body (guess)."""
    return ApiAnswer(503)


def created(place: str) -> ApiAnswer:
    """Answer to a POST (SEEN: api-post-response): 200, where the object is, empty body."""
    return ApiAnswer(200, {"Location": place})


def element(name: str, value: str) -> str:
    """One element with a text; unset is empty (SEEN MIV, POSTMAN)."""
    return f"<{name}>{escape(value)}</{name}>"


def xml(root: str, elements: Iterable[str], attributes: str = "") -> ApiAnswer:
    """Answer with one element at the root."""
    body = f"{_DECLARATION}<{root}{attributes}>{''.join(elements)}</{root}>"
    return ApiAnswer(200, _XML_HEADERS, body)


def paged(root: str, items: list[str], query: Query, most: int) -> ApiAnswer:
    """Answer with a page of a list: `offset`, `limit`, and the `total` of all (CODE mmp 9)."""
    start = query.number("offset", 0)
    limit = min(query.number("limit", most), most)
    return xml(root, items[start : start + limit], f' total="{len(items)}"')
