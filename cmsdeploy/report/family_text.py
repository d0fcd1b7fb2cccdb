"""What a task may say to a family, for people and for programs, from the family's own table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cmsdeploy.families.contract import VersionRange
from cmsdeploy.families.form import Form, Parameter

__all__ = ["FamilyText", "example_of", "family_lines", "list_lines"]

_WIDTH = 78
_TYPES = {
    Form.TEXT: "text",
    Form.TEXTS: "text, or a list of texts",
    Form.FILES: "files by role: key, cert, bundle, trust",
    Form.NUMBER: "number",
    Form.FLAG: "true or false",
    Form.REQUEST: "fields of a request for a certificate",
    Form.DATA: "mapping, or a list of mappings",
}


@dataclass(frozen=True)
class FamilyText:
    """A family with its table. ``about`` is its docstring."""

    name: str
    about: str
    parameters: tuple[Parameter, ...]
    versions: VersionRange

    @property
    def range(self) -> str:
        """The CMS versions that have it, in words."""
        parts = [f"from {self.versions.first} on"] if self.versions.first.major else []
        parts += [f"before {self.versions.end}"] if self.versions.end else []
        return ", ".join(parts) or "every version"

    def as_data(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "about": " ".join(self.about.split()),
            "versions": self.range,
            "reason": self.versions.reason,
            "parameters": [
                {
                    "name": one.name,
                    "type": type_of(one),
                    "required": one.is_needed,
                    "default": one.default or None,
                    "options": list(one.options),
                    "meaning": one.meaning,
                    "example": one.example or None,
                }
                for one in self.parameters
            ],
            "example": "\n".join(example_of(self)),
        }


def type_of(parameter: Parameter) -> str:
    """What a value may be, in words."""
    if parameter.form is Form.CHOICE:
        return f"one of: {', '.join(parameter.options)}"
    return _TYPES[parameter.form]


def list_lines(families: Iterable[FamilyText]) -> Iterator[str]:
    """One line for each family."""
    told = list(families)
    width = max((len(one.name) for one in told), default=0)
    for one in told:
        about = " ".join(one.about.split()).partition(". ")[0]
        yield f"{one.name:<{width}}  {about.rstrip('.')}."
    yield ""
    yield "Parameters and an example of one of them: cmsdeploy doc FAMILY"


def family_lines(family: FamilyText) -> Iterator[str]:
    """Everything about one family, as ansible-doc tells of a module."""
    yield f"{family.name.upper()}    CMS: {family.range}"
    yield ""
    yield from _wrapped(" ".join(family.about.split()), 2)
    if family.versions.reason:
        reason = family.versions.reason
        yield from _wrapped(f"{reason[:1].upper()}{reason[1:]}.", 2)
    yield ""
    yield "PARAMETERS  (= has to be there)"
    for one in family.parameters:
        yield ""
        yield f"{'=' if one.is_needed else '-'} {one.name}"
        yield from _wrapped(one.meaning, 8)
        yield from _wrapped(f"type: {type_of(one)}", 8)
        if one.default:
            yield f"        default: {one.default}"
    yield ""
    yield "EXAMPLE"
    yield ""
    yield from (f"  {line}" for line in example_of(family))


def example_of(family: FamilyText) -> list[str]:
    """A task in YAML with every parameter that has to be there, and those that have an example."""
    lines = [f"- name: An example of {family.name}"]
    shown = [one for one in family.parameters if one.example]
    if not shown:
        return [*lines, f"  {family.name}: {{}}"]
    lines.append(f"  {family.name}:")
    for one in shown:
        first, *rest = one.example.splitlines()
        if rest or first.endswith(":") or first.startswith("- "):
            lines += [f"    {one.name}:", *(f"      {line}" for line in (first, *rest))]
        else:
            lines.append(f"    {one.name}: {first}")
    return lines


def _wrapped(text: str, indent: int) -> list[str]:
    before = " " * indent
    return textwrap.wrap(text, _WIDTH, initial_indent=before, subsequent_indent=before)
