"""JSON Schemas for editors (draft 2020-12), made from the tables that the checks use.

A schema cannot say all that the checks say (two actions in one task, an unknown host); what it
refuses, they refuse. Wherever a value may stand, a template may stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cmsdeploy.families import families
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.inventory.forms import TEXT_FORM, FormSchema, certificate_form
from cmsdeploy.inventory.words import (
    ALIASES,
    CERTIFICATE_NAMES,
    CERTIFICATE_ROLES,
    OURS,
    WORDS,
)
from cmsdeploy.playbook.keywords import (
    ACTIONS,
    BLOCK,
    IMPORT,
    IMPORT_TASKS,
    LOOP_CONTROL,
    PLAY,
    PROMPT,
    TASK,
    Action,
    Keyword,
    Shape,
)
from cmsdeploy.playbook.parts import MAGIC
from cmsdeploy.playbook.play_parts import EXCEPTIONS, RISKS
from cmsdeploy.playbook.registry import AnyFamily, Registry

__all__ = ["SCHEMAS", "inventory_schema", "playbook_schema"]

Schema = dict[str, Any]
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEMPLATE: Schema = {"type": "string", "pattern": r"\{\{|\{%"}
_NAME: Schema = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
_TEXTS: Schema = {"anyOf": [TEXT_FORM, {"type": "array", "items": TEXT_FORM}]}
_BOOLEAN: Schema = {
    "anyOf": [
        {"type": "boolean"},
        {"enum": ["yes", "no", "on", "off", "true", "false", "y", "n", "t", "f", "1", "0", 1, 0]},
    ]
}
_ONE: Schema = {"type": ["string", "boolean"], "minLength": 1, "not": _TEMPLATE}
_CONDITION: Schema = {"anyOf": [_ONE, {"type": "array", "items": _ONE}]}
_SIZE: Schema = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "string", "pattern": "^[1-9][0-9]*%?$"},
        _TEMPLATE,
    ]
}
_PERCENT: Schema = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 100},
        {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?%?$"},
        _TEMPLATE,
    ]
}
_NUMBERS: list[Schema] = [
    {"type": "integer", "minimum": 0},
    {"type": "string", "pattern": r"^\s*[0-9]{1,9}\s*$"},
]
_SHORTHAND: Schema = {"type": "string", "pattern": r"^\s*[A-Za-z_][A-Za-z0-9_]*="}
_TASKS: Schema = {"type": "array", "items": {"$ref": "#/$defs/task"}, "minItems": 1}
_SHAPES: Mapping[Shape, FormSchema] = {
    Shape.TEXT: TEXT_FORM,
    Shape.TEXTS: _TEXTS,
    Shape.TAGS: _TEXTS,
    Shape.BOOLEAN: {"$ref": "#/$defs/boolean"},
    Shape.TRUE: {"enum": [True, "yes", "on", "true"]},
    Shape.FALSE: {"enum": [False, "no", "off", "false"]},
    Shape.CONDITION: {"$ref": "#/$defs/condition"},
    Shape.VARIABLES: {"$ref": "#/$defs/variables"},
    Shape.TASKS: _TASKS,
    Shape.SERIAL: {"anyOf": [_SIZE, {"type": "array", "items": _SIZE, "minItems": 1}]},
    Shape.PERCENT: _PERCENT,
    Shape.FILES: {"anyOf": [TEXT_FORM, {"type": "array", "items": _TEXTS}, {"type": "null"}]},
    Shape.STRATEGY: {"enum": ["linear", "ansible.builtin.linear"]},
    Shape.LOOP: {"anyOf": [{"type": "array"}, _TEMPLATE]},
    Shape.ITEMS: {"type": ["array", "string", "number", "boolean"]},
    Shape.DICT: {"anyOf": [{"type": ["object", "array"]}, _TEMPLATE]},
    Shape.NAME: _NAME,
    Shape.NUMBER: {"anyOf": _NUMBERS},
    Shape.DURATION: {
        "anyOf": [*_NUMBERS, _TEMPLATE],
    },
    Shape.ANY: {},
}


def _object(properties: Mapping[str, object], needed: Iterable[str] = ()) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    return {**schema, "required": list(needed)} if needed else schema


def _property(keyword: Keyword) -> Schema:
    return {"description": keyword.meaning, **_shape(keyword.shape)}


def _shape(shape: Shape) -> Schema:
    if shape is Shape.ALLOW:
        word: Schema = {"enum": [*RISKS, *EXCEPTIONS]}
        return {"anyOf": [word, {"type": "array", "items": word}]}
    if shape is Shape.PROMPTS:
        return {"type": "array", "items": _object(_properties(PROMPT), ["name"])}
    if shape is Shape.LOOP_CONTROL:
        return _object(_properties(LOOP_CONTROL))
    if shape is Shape.IMPORT_TASKS:
        return {"anyOf": [TEXT_FORM, _object({"file": TEXT_FORM}, ["file"])]}
    return dict(_SHAPES[shape])


def _properties(table: Mapping[str, Keyword]) -> dict[str, object]:
    return {name: _property(keyword) for name, keyword in table.items()}


_REQUEST: Schema = {
    **_object(
        {
            "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,58}$"},
            "where": {"enum": ["box", "here"]},
            "authority": TEXT_FORM,
            **dict.fromkeys(("CN", "OU", "O", "L", "ST", "C"), TEXT_FORM),
            "subjectAltName": _TEXTS,
        },
        ["name"],
    ),
    "description": "A certificate to be asked for: a new name, and the fields of the request.",
}


def _parameter(parameter: Parameter) -> Schema:
    forms: Mapping[Form, FormSchema] = {
        Form.TEXT: {"type": "string"},
        Form.FLAG: {"type": "boolean"},
        Form.DATA: {"type": ["object", "array"]},
        Form.TEXTS: {"anyOf": [{"type": "string"}, {"type": "array", "items": TEXT_FORM}]},
        Form.CHOICE: {"enum": list(parameter.options)},
        Form.FILES: certificate_form(CERTIFICATE_ROLES, CERTIFICATE_NAMES),
        Form.NUMBER: {"type": "integer"},
        Form.REQUEST: _REQUEST,
    }
    return {
        "description": parameter.meaning,
        "anyOf": [forms[parameter.form], {"type": "null"}, _TEMPLATE]
        if not parameter.is_needed
        else [forms[parameter.form], _TEMPLATE],
    }


def _family(family: AnyFamily) -> Schema:
    needed = [one.name for one in family.parameters if one.is_needed]
    return _object({one.name: _parameter(one) for one in family.parameters}, needed)


def _action(action: Action) -> Schema:
    return {"description": action.meaning, "anyOf": [_written_out(action), _SHORTHAND]}


def _written_out(action: Action) -> Schema:
    if not action.parameters:
        return _ref("variables")
    schema = _object(_properties(action.parameters))
    if action.needed:
        return {**schema, "oneOf": [{"required": [name]} for name in action.needed]}
    return {**schema, "type": ["object", "null"]}


def _task(families: Iterable[str]) -> Schema:
    names = {name: name for name in (*families, *ACTIONS)}
    names |= {f"ansible.builtin.{name}": name for name in ACTIONS}
    return {
        **_object({**_properties(TASK), **{word: _ref(name) for word, name in names.items()}}),
        "oneOf": [{"required": [word]} for word in names],
    }


def _chosen(word: str, then: Schema, otherwise: Schema) -> Schema:
    """``then`` for a mapping that has ``word``."""
    condition = {"type": "object", "required": [word]}
    return {"if": condition, "then": then, "else": otherwise}


def playbook_schema(registry: Registry | None = None) -> Schema:
    """The schema of a playbook."""
    known = families() if registry is None else registry
    block = _object(_properties(BLOCK), ["block"])
    tasks = _object(_properties(IMPORT_TASKS), ["import_tasks"])
    play = _object(_properties(PLAY), ["hosts"])
    for word in ("ansible.builtin.import_playbook", "import_playbook"):
        shared = {name: one for name, one in IMPORT.items() if name != "import_playbook"}
        entry = _object(_properties({word: IMPORT["import_playbook"], **shared}), [word])
        play = _chosen(word, entry, play)
    return {
        "$schema": _DRAFT,
        "title": "A playbook of cmsdeploy",
        "type": "array",
        "minItems": 1,
        "items": play,
        "$defs": {
            "boolean": _BOOLEAN,
            "condition": _CONDITION,
            "task": _chosen("block", block, _chosen("import_tasks", tasks, _task(known))),
            "variables": {
                "type": ["object", "null"],
                "propertyNames": {**_NAME, "not": {"enum": sorted(MAGIC)}},
            },
            **{name: _family(family) for name, family in known.items()},
            **{name: _action(action) for name, action in ACTIONS.items()},
        },
    }


def inventory_schema() -> Schema:
    """The schema of an inventory in YAML; ``#/$defs/variables`` is that of ``group_vars`` files."""
    names = {"type": ["object", "null", "string"], "additionalProperties": _ref("variables")}
    words = {
        word.name: {"description": word.meaning, "anyOf": [word.form, _TEMPLATE]}
        for word in WORDS.values()
        if not word.is_computed
    }
    ours = "|".join(OURS)
    return {
        "$schema": _DRAFT,
        "title": "An inventory of cmsdeploy",
        "type": "object",
        "additionalProperties": _ref("group"),
        "$defs": {
            "group": {
                **_object(
                    {
                        "hosts": names,
                        "children": {
                            "type": ["object", "null", "string"],
                            "additionalProperties": _ref("group"),
                        },
                        "vars": _ref("variables"),
                    }
                ),
                "type": ["object", "null"],
            },
            "variables": {
                "type": ["object", "null"],
                "properties": words,
                "propertyNames": {
                    "anyOf": [{"enum": list(words)}, {"not": {"pattern": f"^(?:{ours})"}}],
                    "not": {"enum": sorted(ALIASES)},
                },
            },
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


SCHEMAS = {"inventory": inventory_schema, "playbook": playbook_schema}
