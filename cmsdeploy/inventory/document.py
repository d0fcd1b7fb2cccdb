"""YAML in which every key and value knows where it was written.

The only file that imports yaml. PyYAML parses and resolves (so a scalar means exactly what it means
to Ansible); the tree is built here from its events, because its loaders forget places, take the
last of two equal keys in silence, and let 304 bytes grow to half a million leaves. The parser of
libyaml is taken for long files: it works in steps, so that the depth is counted here and 200,000
opening brackets do not end the process. Trouble that does not stop the reading is collected, so
that one run names all of it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.characters import bad_character, check_characters, is_bad
from cmsdeploy.inventory.content import Content, content_of
from cmsdeploy.inventory.keyring import Keyring, vaulted
from cmsdeploy.inventory.mapping import Entries
from cmsdeploy.inventory.node import Kind, Node, excerpt_of
from cmsdeploy.inventory.reading import DOCUMENT_LIMIT
from cmsdeploy.template import Verbatim, provide_filters

__all__ = ["load_document", "load_text"]

_DEEPEST = 40
_MOST_NODES = 400_000
_MOST_UNFOLDED = 100_000
_LONG = 64 << 10
_CORE = "tag:yaml.org,2002:"
_CORE_TAGS = frozenset(
    _CORE + name
    for name in ["null", "bool", "int", "float", "str", "timestamp", "seq", "map", "merge"]
)
_TEXT = _CORE + "str"
_VAULT_TAGS = frozenset({"!vault", "!vault-encrypted"})


def load_document(
    path: Path, limit: int = DOCUMENT_LIMIT, keyring: Keyring | None = None
) -> Node | None:
    """Read the single YAML document of ``path``; None when there is nothing in it.

    A file that is a vault is opened with ``keyring``. Raises :class:`InputError` with file, line
    and column, all problems of the pass at once.
    """
    return load_text(content_of(path, limit, keyring), keyring)


def load_text(content: Content, keyring: Keyring | None = None) -> Node | None:
    """As :func:`load_document`, for a file that was opened already."""
    reader = _Reader(content, keyring or Keyring())
    try:
        node = reader.document()
    except yaml.YAMLError as error:
        raise _translated(error, content) from None
    if reader.problems:
        origin = Origin(content.name)
        raise InputError.of(sorted(reader.problems, key=lambda one: one.origin or origin))
    return node


def _translated(error: yaml.YAMLError, content: Content) -> InputError:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return InputError(f"YAML: {printable(str(error), 200)}", "correct it", Origin(content.name))
    problem = printable(str(getattr(error, "problem", "") or "it does not read"), 200)
    context = getattr(error, "context", None)
    cause = f"YAML: {problem}" + (f", {printable(context, 100)}" if context else "")
    return _at(
        cause, mark, content, "look at the indentation, the colons and the quotes up to here"
    )


def _at(cause: str, mark: Any, content: Content, action: str) -> InputError:
    line = excerpt_of(content.shown_line(mark.line))
    return InputError(cause, action, Origin(content.name, mark.line + 1, mark.column + 1), line)


@lru_cache(maxsize=1)
def _meanings() -> yaml.SafeLoader:
    return yaml.SafeLoader("")


@lru_cache(maxsize=4096)
def _tag_of_plain(text: str) -> str:
    return str(_meanings().resolve(yaml.ScalarNode, text, (True, False)))  # type: ignore[no-untyped-call]


class _Reader:
    """Events into nodes. A node that an alias names twice is built once."""

    def __init__(self, content: Content, keyring: Keyring) -> None:
        self.problems: list[InputError] = []
        self._content = content
        self._keyring = keyring
        is_long = len(content.text) > _LONG and yaml.__with_libyaml__
        self._events: Any = (yaml.CSafeLoader if is_long else yaml.SafeLoader)(content.text)
        self._anchors: dict[str, Node | Origin] = {}
        self._depth = 0
        self._count = 0
        self._verbatim = 0

    def document(self) -> Node | None:
        """The node of the only document."""
        events = self._events
        events.get_event()
        if events.check_event(yaml.StreamEndEvent):
            return None
        events.get_event()
        node = self._node(None)
        events.get_event()
        if not events.check_event(yaml.StreamEndEvent):
            cause = "YAML: but found another document, expected a single document in the stream"
            action = "keep one document in the file: split it at ---"
            raise _at(cause, events.get_event().start_mark, self._content, action)
        return node

    def _node(self, key: Node | None) -> Node:
        event = self._events.get_event()
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, key)
        self._count += 1
        if self._count > _MOST_NODES:
            cause = f"it holds more than {_MOST_NODES:,} values"
            raise _at(cause, event.start_mark, self._content, "split it into several files")
        anchor = event.anchor
        if anchor is not None:
            if anchor in self._anchors:
                cause = f"YAML: found duplicate anchor {printable(anchor, 60)!r}"
                raise _at(cause, event.start_mark, self._content, "name it otherwise")
            self._anchors[anchor] = self._origin(event)
        if isinstance(event, yaml.ScalarEvent):
            built = self._scalar(event, key)
        else:
            built = self._collection(event, key)
        if anchor is not None:
            self._anchors[anchor] = built
        return built

    def _alias(self, event: Any, key: Node | None) -> Node:
        known = self._anchors.get(event.anchor)
        if known is None:
            cause = f"YAML: found undefined alias {printable(event.anchor, 60)!r}"
            action = "define the anchor (&name) before the alias (*name)"
            raise _at(cause, event.start_mark, self._content, action)
        if isinstance(known, Origin):
            line = self._content.shown_line(known.line - 1)
            shell = Node(None, known, line=line)
            raise shell.problem("this alias contains itself", "write the value out")
        return replace(known, key=key)

    def _origin(self, event: Any) -> Origin:
        mark = event.start_mark
        return Origin(self._content.name, mark.line + 1, mark.column + 1)

    def _shell(self, event: Any, value: Any = None, **more: Any) -> Node:
        content = self._content
        line = content.shown_line(event.start_mark.line)
        origin = self._origin(event)
        return Node(value, origin, line=line, is_sensitive=content.is_sensitive, **more)

    def _collection(self, event: Any, key: Node | None) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            cause = f"YAML: nested deeper than {_DEEPEST} levels"
            raise _at(cause, event.start_mark, self._content, "no inventory needs that: unfold it")
        is_list = isinstance(event, yaml.SequenceStartEvent)
        is_verbatim = event.tag == "!unsafe"
        self._verbatim += is_verbatim
        if event.tag not in {None, "!", "!unsafe", _CORE + ("seq" if is_list else "map")}:
            self._refuse_tag(event)
        built = self._list(event, key) if is_list else self._mapping(event, key)
        self._verbatim -= is_verbatim
        self._depth -= 1
        if built.weight > _MOST_UNFOLDED and built.weight > self._count:
            cause = f"its aliases unfold to more than {_MOST_UNFOLDED:,} values"
            raise built.problem(cause, "write less into it")
        return built

    def _list(self, event: Any, key: Node | None) -> Node:
        items = []
        while not self._events.check_event(yaml.SequenceEndEvent):
            items.append(self._node(None))
        self._events.get_event()
        weight = 1 + sum(item.weight for item in items)
        value = [item.value for item in items]
        return self._shell(event, value, kind=Kind.LIST, items=tuple(items), weight=weight, key=key)

    def _refuse_tag(self, event: Any) -> None:
        shown = printable(str(event.tag).replace(_CORE, "!!"), 60)
        problem = self._shell(event).problem(f"the tag {shown} is not supported", "write the value")
        self.problems.append(problem)

    def _scalar(self, event: Any, key: Node | None) -> Node:
        value = self._value(event)
        if isinstance(value, str):
            if not value.isascii() or not value.isprintable():
                bad = next((one for one in value if one not in "\n\t" and is_bad(one)), None)
                if bad is not None:
                    self.problems.append(bad_character(bad, self._origin(event)))
            if self._verbatim:
                value = Verbatim(value)
        written = "" if self._content.is_sensitive else event.value
        return self._shell(event, value, written=written, is_quoted=bool(event.style), key=key)

    def _value(self, event: Any) -> Any:
        text, tag = event.value, event.tag
        if self._content.is_json:
            return self._from_json(event)
        if event.style and tag is None:
            return text
        if tag in _VAULT_TAGS:
            return self._vaulted(event)
        if tag is None or tag == "!":
            tag = _tag_of_plain(text) if event.implicit[0] else _TEXT
        return self._plain(event, tag)

    def _plain(self, event: Any, tag: str) -> Any:
        if tag == _TEXT:
            return event.value
        if tag == "!unsafe":
            return Verbatim(event.value)
        if tag not in _CORE_TAGS:
            self._refuse_tag(event)
        if tag not in _CORE_TAGS or tag == _CORE + "merge":
            return event.value
        try:
            loader = _meanings()
            return loader.yaml_constructors[tag](loader, yaml.ScalarNode(tag, event.value))
        except (ValueError, TypeError, KeyError, OverflowError, AttributeError, yaml.YAMLError):
            shown = "this" if self._content.is_sensitive else printable(event.value, 40)
            cause = f"{shown} looks like a {tag.removeprefix(_CORE)}, but is none"
            self.problems.append(self._shell(event).problem(cause, "quote it"))
            return event.value

    def _from_json(self, event: Any) -> Any:
        # As Ansible, which tries JSON first: 1e3 is a number there, and half characters pair up.
        text = self._content.text[event.start_mark.index : event.end_mark.index]
        try:
            return json.loads(text)
        except ValueError:  # what only one of the two readers sees
            self.problems.append(self._shell(event).problem("this is no JSON value", "write one"))
            return event.value

    def _vaulted(self, event: Any) -> Any:
        try:
            return vaulted(event.value, self._origin(event), self._keyring)
        except InputError as error:
            self.problems.append(error)
            return None

    def _mapping(self, event: Any, own_key: Node | None) -> Node:
        found = Entries(self.problems, is_json=self._content.is_json)
        while not self._events.check_event(yaml.MappingEndEvent):
            key = self._node(None)
            found.add(key, self._node(key))
        self._events.get_event()
        found.finish()
        weight = 1 + sum(1 + value.weight for value in found.values.values())
        plain = {name: value.value for name, value in found.values.items()}
        parts = {"entries": found.values, "keys": found.keys, "weight": weight, "key": own_key}
        return self._shell(event, plain, kind=Kind.MAPPING, **parts)


class _Dumper(yaml.SafeDumper):
    """Writes as Ansible does: no anchors, texts of our own kinds as plain texts."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(Verbatim, lambda dumper, text: dumper.represent_str(str(text)))


def _to_yaml(value: Any, default_flow_style: bool | None = None, **options: Any) -> str:
    layout = {"allow_unicode": True, "default_flow_style": default_flow_style, **options}
    return str(yaml.dump(value, Dumper=_Dumper, **layout))


def _to_nice_yaml(value: Any, indent: int = 4, **options: Any) -> str:
    return _to_yaml(value, default_flow_style=False, indent=indent, **options)


def _from_yaml(text: Any) -> Any:
    check_characters(str(text), "from_yaml")
    node = load_text(Content("from_yaml", str(text), lines=str(text).split("\n")))
    return None if node is None else node.value


provide_filters({"from_yaml": _from_yaml, "to_nice_yaml": _to_nice_yaml, "to_yaml": _to_yaml})
