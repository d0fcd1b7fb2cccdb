"""The catalogue: what our English is in another language, in the format of gettext (``fr.po``).

A word of a document is found by its name (``msgctxt``) and its English; a sentence of a plan by its
message alone, and what was put into it is put into the translation. A text that comes out of a file
(a saved plan, a journal, a playbook) is only a text: it is held against the messages, and the one
that says most of it is taken. What is in no catalogue stays as it is.

The file is read as it is: gettext's compiled form would be a second file that can be old.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cmsdeploy.errors import InputError, OptionError, Origin, printable
from cmsdeploy.model.phrase import PLACEHOLDER, Phrase, filled

__all__ = ["LANGUAGES", "PICTURE", "TEMPLATES", "Catalogue", "catalogue", "parsed"]

LANGUAGES = ("en", "fr")
PICTURE = "picture"
TEMPLATES = Path(__file__).parent.parent / "examples" / "templates"
# Of a longer text nobody would read a translation, and a message of fewer letters fits anything.
_LONGEST = 4000
_FEWEST_LETTERS = 6
_LINE = re.compile(r'(?:(msgctxt|msgid|msgstr) )?("(?:[^"\\]|\\["\\nt])*")')

Entries = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Catalogue:
    """``entries`` are by context and English text."""

    language: str
    entries: Entries = field(default_factory=dict)

    def say(self, text: str, context: str = "") -> str:
        """Give ``text`` in the language, or as it is."""
        if not self.entries:
            return text
        if isinstance(text, Phrase):
            values = {name: self._value(value, context) for name, value in text.values.items()}
            return filled(self._known(text.message, context) or text.message, values)
        return self._known(text, context) or self._by_form(text)

    def _value(self, value: str, context: str) -> str:
        if isinstance(value, Phrase):
            return self.say(value, context)
        # A name that happens to be a word of ours stays a name; a sentence may be out of a file.
        return self.say(value) if " " in value else value

    def _known(self, text: str, context: str) -> str | None:
        return self.entries.get((context, text)) or self.entries.get(("", text))

    def words(self, words: Mapping[str, object], context: str = "") -> dict[str, object]:
        """Give the words of a template: the same names, every text in the language."""
        return {name: self._word(word, _path(context, name)) for name, word in words.items()}

    def _word(self, word: object, context: str) -> object:
        if isinstance(word, Mapping):
            return self.words(word, context)
        if isinstance(word, list):
            return [self._word(one, _path(context, place)) for place, one in enumerate(word)]
        return self.say(word, context) if isinstance(word, str) else word

    def _by_form(self, text: str) -> str:
        if len(text) > _LONGEST:
            return text
        for form in self._forms:
            values = form.values_in(text)
            if values is not None:
                said = {name: self.say(value) for name, value in values.items()}
                return filled(self.entries["", form.message], said)
        return text

    @cached_property
    def _forms(self) -> tuple[_Form, ...]:
        """The messages with places for values; those that say most themselves come first."""
        messages = (message for context, message in self.entries if not context)
        forms = (_Form.of(message) for message in messages if PLACEHOLDER.search(message))
        useful = (form for form in forms if form.letters >= _FEWEST_LETTERS)
        return tuple(sorted(useful, key=lambda form: -form.letters))


@dataclass(frozen=True)
class _Form:
    """A message cut at its places: ``texts`` stand around ``names``."""

    message: str
    texts: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, message: str) -> _Form:
        parts = PLACEHOLDER.split(message)
        return cls(message, tuple(parts[::2]), tuple(parts[1::2]))

    @property
    def letters(self) -> int:
        return sum(character.isalpha() for text in self.texts for character in text)

    def values_in(self, text: str) -> Mapping[str, str] | None:
        """What stands at the places of ``text``; None where it is another sentence.

        From left to right without going back: a regular expression with so many places would try
        for hours on a text that somebody made for it.
        """
        first, last = self.texts[0], self.texts[-1]
        if not (text.startswith(first) and text.endswith(last)):
            return None
        end = len(text) - len(last)
        place, values = len(first), dict[str, str]()
        for name, behind in zip(self.names, self.texts[1:], strict=True):
            is_last = name == self.names[-1] and behind is self.texts[-1]
            found = end if is_last else text.find(behind, place + 1, end) if behind else -1
            value = text[place:found]
            if found <= place or values.setdefault(name, value) != value:
                return None
            place = found + len(behind)
        return values


def catalogue(language: str, what: str, search: Sequence[Path] = ()) -> Catalogue:
    """The catalogue of ``language`` for ``what`` (a noun for people). ``search`` are the site's own
    template folders: their entries win over ours.

    Raises ``OptionError`` for a language that we do not have, ``InputError`` for a broken file.
    """
    if language not in LANGUAGES:
        raise OptionError(
            f"there is no {what} in {printable(language, 20)!r}",
            f"choose one of: {', '.join(LANGUAGES)}",
        )
    entries: dict[tuple[str, str], str] = {}
    if language != LANGUAGES[0]:
        for folder in reversed([*search, TEMPLATES]):
            path = folder / f"{language}.po"
            if path.is_file():
                entries.update(parsed(path.read_text(encoding="utf-8"), str(path)))
    return Catalogue(language, entries)


def parsed(text: str, name: str) -> Entries:
    """Read ``text`` as gettext does. Raises ``InputError`` where it is not of that format."""
    entries: dict[tuple[str, str], str] = {}
    for line, entry in _entries(text, name):
        if not {"msgid", "msgstr"} <= set(entry):
            raise InputError(
                "an entry is not whole", "give it a msgid and a msgstr", Origin(name, line)
            )
        key = (entry.get("msgctxt", ""), entry["msgid"])
        if key in entries:
            raise InputError("an entry stands here twice", "keep one", Origin(name, line))
        if entry["msgid"] and entry["msgstr"]:  # the first is the head of the file
            entries[key] = entry["msgstr"]
    return entries


def _entries(text: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    entry: dict[str, str] = {}
    word = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None or not (found[1] or word):
            raise InputError(
                "this is no line of a catalogue",
                'write msgid "…", msgstr "…" or a comment (#)',
                Origin(name, number),
            )
        if (found[1] and found[1] in entry) or (found[1] == "msgctxt" and entry):
            yield number, entry
            entry = {}
        word = found[1] or word
        entry[word] = entry.get(word, "") + json.loads(found[2])
    if entry:
        yield len(text.splitlines()), entry


def _path(context: str, name: object) -> str:
    return f"{context}.{name}" if context else str(name)
