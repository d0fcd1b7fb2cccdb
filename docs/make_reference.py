"""Writes docs/reference/ from what the program itself knows: types, tables, explanations, errors.

python docs/make_reference.py            write the pages
python docs/make_reference.py --check    exit code 1 where a page is not as it would be written
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import click

from cmsdeploy import errors
from cmsdeploy.cli.commands import command_line
from cmsdeploy.families import families
from cmsdeploy.planning.explanations import explanations_of
from cmsdeploy.playbook.schema import SCHEMAS
from cmsdeploy.report.family_text import FamilyText, example_of, type_of

__all__ = ["pages"]

FOLDER = Path(__file__).parent / "reference"
Schema = Mapping[str, object]
_MADE = "*Written by `python docs/make_reference.py`; a test keeps it current.*"
_OTHER_CODES = {
    0: "well: what was promised is so, or what was asked for is shown",
    6: "2 and 4 together: a host failed, and another one is unreachable",
    130: "interrupted by Ctrl-C; what was sent stands, and the next run goes on from there",
    143: "terminated (SIGTERM, SIGHUP); as 130",
    250: "a bug of ours; a report without any value of yours is written, and its path printed",
}
_CODES = {
    errors.CmsdeployError: "an error that fits nothing below",
    errors.HostError: "a host failed; or changes were found (`plan --detailed-exitcode`),"
    " or problems (`verify`, `doctor`)",
    errors.InputError: "the inventory, the playbook or another input is wrong; nothing was sent",
    errors.UnreachableError: "a host is not reachable, or is not the one that was named",
    errors.OptionError: "a bad option",
    errors.RefusedError: "refused: version, permission, safety, or a person who said no",
    errors.StalePlanError: "the saved plan is stale: a fact has moved, or it is too old",
    errors.LockHeldError: "another run holds the lock of a box, or took it from this one",
}
_REFERENCES = {
    "boolean": "true or false",
    "condition": "expression, or a list of them",
    "variables": "mapping of variables",
}


def pages() -> dict[str, str]:
    """The text of every page, by the name of its file."""
    return {
        "inventory.md": _page("The words of the inventory", _inventory()),
        "playbook.md": _page("The words of a playbook", _playbook()),
        "families.md": _page("The families, and what a task may say to each", _families()),
        "rules.md": _page("The rules of verify and doctor", _rules()),
        "exit-codes.md": _page("Exit codes", _exit_codes()),
        "commands.md": _page("The commands and their options", _command_lines()),
    }


def _page(title: str, lines: Iterator[str]) -> str:
    return "\n".join([f"# {title}", "", _MADE, "", *lines]).rstrip() + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _table(*heads: str) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _inventory() -> Iterator[str]:
    yield "Any other variable is yours, and templates may use it. A word that only looks like one"
    yield "of these is refused, with the one that was probably meant. A value may be a template."
    yield ""
    yield from _table("word", "meaning", "value")
    schema = SCHEMAS["inventory"]()
    variables = _properties(_at(schema, "$defs", "variables"))
    for name, one in variables.items():
        yield _row(f"`{name}`", str(one.get("description", "")), _kind(one))


def _playbook() -> Iterator[str]:
    schema = SCHEMAS["playbook"]()
    for title, part in (
        ("Of a play", _at(schema, "items")),
        ("Of a task, or a block", _at(schema, "$defs", "task")),
    ):
        yield from (f"## {title}", "")
        yield from _table("word", "meaning", "value")
        words = {name: one for name, one in _all_words(part) if "." not in name}
        for name in sorted(words):
            yield _row(f"`{name}`", str(words[name].get("description", "")), _kind(words[name]))
        yield ""
    yield "A word of Ansible that is not here is refused, with the reason; where a word means less"
    yield "or more than there is said in [playbooks](../playbooks.md)."


def _at(schema: Schema, *names: str) -> Schema:
    for name in names:
        schema = cast(Schema, schema[name])
    return schema


def _properties(schema: Schema) -> Mapping[str, Schema]:
    return cast(Mapping[str, Schema], schema.get("properties", {}))


def _all_words(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The words of a part that takes different ones, by what kind it is."""
    yield from _properties(schema).items()
    for name in ("then", "else"):
        if name in schema:
            yield from _all_words(_at(schema, name))


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return _REFERENCES.get(name, name)
    if "const" in schema:
        return _value(schema["const"])
    if "enum" in schema:
        return ", ".join(map(_value, cast("list[object]", schema["enum"])))
    for name in ("anyOf", "oneOf"):
        if name in schema:
            kinds = (
                _kind(each) for each in cast("list[Schema]", schema[name]) if not _is_free(each)
            )
            return " or ".join(dict.fromkeys(filter(None, kinds)))
    return _plain(schema)


def _value(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _is_free(schema: Schema) -> bool:
    """A template: allowed everywhere, and said once."""
    return "{%" in str(schema.get("pattern", ""))


def _plain(schema: Schema) -> str:
    found = schema.get("type", "")
    kinds = [found] if isinstance(found, str) else list(cast("list[str]", found))
    if "object" in kinds:
        names = ", ".join(f"`{name}`" for name in _properties(schema))
        return f"mapping: {names}" if names else "mapping"
    if "array" in kinds:
        of = _kind(_at(schema, "items")) if "items" in schema else ""
        return f"list of {of}" if of else "list"
    words = {"string": "text", "integer": "number", "boolean": "true or false", "null": ""}
    shown = dict.fromkeys(words.get(kind, kind) for kind in kinds)
    return "number" if "number" in shown else " or ".join(filter(None, shown))


def _families() -> Iterator[str]:
    yield "`cmsdeploy doc FAMILY` prints the same in a terminal."
    for name, family in sorted(families().items()):
        about = (type(family).__doc__ or "").strip()
        told = FamilyText(name, about, tuple(family.parameters), family.versions)
        yield from ("", f"## {name}", "", " ".join(told.about.split()), "")
        yield f"CMS: {': '.join(filter(None, (told.range, told.versions.reason)))}."
        yield ""
        yield from _table("parameter", "meaning", "value", "else")
        for one in told.parameters:
            must = " **(has to be there)**" if one.is_needed else ""
            meaning = one.meaning + must
            yield _row(f"`{one.name}`", meaning, type_of(one), str(one.default or ""))
        yield from ("", "```yaml", *example_of(told), "```")


def _rules() -> Iterator[str]:
    yield "What stands in brackets in a finding. `cmsdeploy explain RULE` prints the same."
    told = explanations_of(family.explanations for family in families().values())
    for rule, one in sorted(told.items()):
        yield from ("", f"## {rule}", "", f"**{one.title}.** {' '.join(one.meaning.split())}", "")
        for word, text in (
            ("How it shows", one.seen),
            ("What it costs", one.cost),
            ("What to do", one.repair),
            ("Known from", one.source),
        ):
            if text:
                yield f"- {word}: {_cell(text)}"


def _exit_codes() -> Iterator[str]:
    yield "Codes 2 and 4 are bits. No code hides a traceback, and no traceback reaches a user."
    yield ""
    yield from _table("code", "means")
    codes = {kind.exit_code: text for kind, text in _CODES.items()} | _OTHER_CODES
    for code, text in sorted(codes.items()):
        yield _row(str(code), text)


# Options of so many commands are told once.
_MANY = 6
Record = tuple[str, str]


def _command_lines() -> Iterator[str]:
    group = command_line()
    found = dict(_commands(group, click.Context(group, info_name="cmsdeploy"), ""))
    counted = Counter(record for context in found.values() for record in _options(context))
    shared = [record for record, times in counted.items() if times >= _MANY]
    yield "`cmsdeploy COMMAND --help` says the same. Manual pages: `cmsdeploy doc --man FOLDER`."
    for name, context in found.items():
        command = context.command
        about = (command.help or "").partition("\n\n")[0]
        yield from ("", f"## {name}", "", _cell(" ".join(about.split())))
        usage = " ".join(command.collect_usage_pieces(context))
        yield from ("", f"    cmsdeploy {name} {usage}".rstrip())
        own = [record for record in _options(context) if record not in shared]
        if own:
            yield from ("", *_option_table(own))
        if len(own) < len(_options(context)):
            yield from ("", "And the [options of many commands](#options-of-many-commands).")
    yield from ("", "## Options of many commands", "", *_option_table(shared))


def _commands(
    command: click.Command, context: click.Context, name: str
) -> Iterator[tuple[str, click.Context]]:
    """Every command that does something, by its words."""
    if not isinstance(command, click.Group):
        yield name, context
        return
    for word in command.list_commands(context):
        below = command.get_command(context, word)
        if below is not None and not below.hidden:
            inner = click.Context(below, info_name=word, parent=context)
            yield from _commands(below, inner, f"{name} {word}".strip())


def _options(context: click.Context) -> list[Record]:
    records = (one.get_help_record(context) for one in context.command.get_params(context))
    return [one for one in records if one is not None and one[1] and "--help" not in one[0]]


def _option_table(records: Sequence[Record]) -> Iterator[str]:
    yield from _table("option", "meaning")
    for option, meaning in records:
        yield _row(f"`{_cell(option)}`", _cell(meaning))


def main(arguments: list[str]) -> int:
    """Write, or compare."""
    is_check = "--check" in arguments
    stale = []
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not is_check:
                path.write_text(text, encoding="utf-8")
    for name in stale:
        sys.stdout.write(f"docs/reference/{name} {'is not current' if is_check else 'written'}\n")
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
