"""Manual pages, made from the help of the commands themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from cmsdeploy import __version__

__all__ = ["manual_pages"]

_PROGRAM = "cmsdeploy"
_CODES = (
    ("0", "well"),
    ("1", "an error that fits nothing below"),
    ("2", "a host failed; or changes or problems were found"),
    ("3", "the inventory, playbook or input is wrong"),
    ("4", "a host is not reachable; 6 is 2 and 4 together"),
    ("5", "a bad option"),
    ("7", "refused: version, permission, safety"),
    ("8", "the plan is stale"),
    ("9", "another run holds the lock"),
    ("130", "interrupted"),
    ("250", "a bug; a report file is named"),
)


def manual_pages(group: click.Command) -> Iterator[tuple[str, str]]:
    """The name and the text (man macros) of each page: one for the program, one for a command."""
    context = click.Context(group, info_name=_PROGRAM)
    pages = dict(_commands(group, context, _PROGRAM))
    for name, (command, own) in pages.items():
        others = [other for other in pages if _is_near(name, other)]
        yield name, "\n".join([*_page(name, command, own, pages), *_see_also(others)]) + "\n"


def _commands(
    command: click.Command, context: click.Context, name: str
) -> Iterator[tuple[str, tuple[click.Command, click.Context]]]:
    yield name, (command, context)
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            below = command.get_command(context, word)
            if below is not None and not below.hidden:
                inner = click.Context(below, info_name=word, parent=context)
                yield from _commands(below, inner, f"{name}-{word}")


def _is_near(name: str, other: str) -> bool:
    """Whether ``other`` is the page above or right below."""
    return other.rpartition("-")[0] == name or name.rpartition("-")[0] == other


def _page(
    name: str,
    command: click.Command,
    context: click.Context,
    pages: dict[str, tuple[click.Command, click.Context]],
) -> Iterator[str]:
    about = command.get_short_help_str(200).rstrip(".")
    yield f'.TH "{_quoted(name.upper())}" 1 "" "{_PROGRAM} {__version__}" "{_PROGRAM}"'
    yield from (".SH NAME", f"{_roff(name)} \\- {_roff(about)}", ".SH SYNOPSIS")
    pieces = " ".join(command.collect_usage_pieces(context))
    yield from (f".B {_roff(context.command_path)}", _roff(pieces), ".SH DESCRIPTION")
    yield from _paragraphs(command.help or "")
    below = [other for other in pages if other.rpartition("-")[0] == name and other != name]
    if below:
        yield ".SH COMMANDS"
        for other in below:
            one, _ = pages[other]
            text = one.get_short_help_str(200)
            yield from (".TP", f".B {_roff(other.rpartition('-')[2])}", _roff(text))
    records = [one.get_help_record(context) for one in command.get_params(context)]
    yield ".SH OPTIONS"
    for record in filter(None, records):
        yield from (".TP", f".B {_roff(record[0])}", _roff(record[1]) or "\\&")
    if name == _PROGRAM:
        yield ".SH EXIT STATUS"
        for code, meaning in _CODES:
            yield from (".TP", f".B {code}", _roff(meaning))


def _see_also(others: list[str]) -> Iterator[str]:
    if others:
        yield ".SH SEE ALSO"
        names = [f"\\fB{_roff(other)}\\fR(1)" for other in sorted(others)]
        yield ",\n".join(names)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        if number:
            yield ".PP"
        if paragraph.lstrip().startswith("\b"):
            yield ".nf"
            yield from (_roff(line.strip()) for line in paragraph.splitlines() if line.strip("\b "))
            yield ".fi"
        else:
            yield _roff(" ".join(paragraph.split()))


def _roff(text: str) -> str:
    """``text`` as it stands: no escape, no hyphen of its own, no request at the beginning."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{plain}" if plain[:1] in (".", "'") else plain


def _quoted(text: str) -> str:
    return _roff(text).replace('"', "")
