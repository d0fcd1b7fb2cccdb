"""The checks of words as JSON Schemas, for editors. They say less than the checks, never more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "BY_HAND",
    "PORT_FORM",
    "TEXT_FORM",
    "FormSchema",
    "certificate_form",
    "chosen_form",
    "listed_form",
    "pattern_form",
    "webadmin_form",
]

FormSchema = Mapping[str, Any]
# What `cms_webadmin` says where a Web Admin is there and is not to be talked to.
BY_HAND = "by-hand"
TEXT_FORM: FormSchema = {"type": "string", "minLength": 1}
PORT_FORM: FormSchema = {
    "type": ["integer", "string"],
    "minimum": 1,
    "maximum": 65535,
    "pattern": "^[0-9]+$",
}


def pattern_form(form: str) -> FormSchema:
    """A text that ``form`` matches as a whole."""
    return {"type": "string", "pattern": "^(?:" + form.replace(r"\Z", "$") + ")$"}


def listed_form(form: str, least: int = 1) -> FormSchema:
    """One text that ``form`` matches, or a list of different ones, ``least`` of them or more."""
    one = pattern_form(form)
    many = {"type": "array", "items": one, "minItems": least, "uniqueItems": True}
    return {"anyOf": [one, many]}


def chosen_form(options: Sequence[str]) -> FormSchema:
    """One of ``options``, or a list of different ones."""
    one = {"enum": list(options)}
    many = {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}
    return {"anyOf": [one, many]}


def _mapping(properties: Mapping[str, FormSchema]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def certificate_form(roles: Sequence[str], names: Sequence[str]) -> FormSchema:
    """The files of a certificate by role: a name on the box, perhaps with a source here and the
    passphrase of that; ``names`` are the ways of naming files on the box."""
    parts = {"name": TEXT_FORM, "source": TEXT_FORM, "passphrase": TEXT_FORM}
    both = {**_mapping(parts), "required": ["name"]}
    entries: dict[str, FormSchema] = {role: {"anyOf": [TEXT_FORM, both]} for role in roles}
    return _mapping({**entries, "names": {"enum": list(names)}})


def webadmin_form(user: str, fingerprint: str) -> FormSchema:
    """``cms_webadmin``: a fingerprint and a file of authorities exclude each other."""
    entries: Mapping[str, FormSchema] = {
        "host": TEXT_FORM,
        "port": PORT_FORM,
        "user": pattern_form(user),
        "password": TEXT_FORM,
        "fingerprint": pattern_form(fingerprint),
        "ca_file": TEXT_FORM,
    }
    described: FormSchema = {
        **_mapping(entries),
        "type": ["object", "null"],
        "not": {"type": "object", "required": ["fingerprint", "ca_file"]},
    }
    return {"anyOf": [described, {"const": BY_HAND}]}
