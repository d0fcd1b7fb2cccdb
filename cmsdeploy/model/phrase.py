"""A sentence that remembers how it was made: its message, and what was put into it.

Whoever writes a sentence for people writes it in English and knows no other language. Whoever shows
it may have a catalogue, and looks the message up in it: the names between braces are the same in
every language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["PLACEHOLDER", "Phrase", "filled"]

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def filled(message: str, values: Mapping[str, str]) -> str:
    """``message`` with the values in the place of their names; a name without one stays."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), message)


class Phrase(str):
    """``Phrase("the domain is {domain}", domain="example.com")`` is the text, ready to be shown.

    It is a text, so that whoever compares, wraps or saves it need not know of messages. A text that
    is made out of it (``f"{phrase}!"``) is an ordinary one and cannot be translated; put the phrase
    into another as a value instead. Not for secrets.
    """

    message: str
    values: Mapping[str, str]

    def __new__(cls, message: str, /, **values: object) -> Phrase:
        texts = {
            name: value if isinstance(value, str) else str(value) for name, value in values.items()
        }
        phrase = super().__new__(cls, filled(message, texts))
        phrase.message = message
        phrase.values = MappingProxyType(texts)
        return phrase

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (self.message, dict(self.values)))


def _again(message: str, values: Mapping[str, str]) -> Phrase:
    return Phrase(message, **values)
