"""One catalogue: everything that is said in English is in it, and nothing else."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.errors import InputError, OptionError
from cmsdeploy.model.phrase import PLACEHOLDER, Phrase, filled
from cmsdeploy.report.catalogue import PICTURE, TEMPLATES, Catalogue, catalogue, parsed
from cmsdeploy.template import render_document

PRODUCT = Path(__file__).parents[2] / "cmsdeploy"
FRENCH = catalogue("fr", "test")
# Where a sentence for people is written, and which argument it is.
_SENTENCES = {"Wait": 0, "Manual": 0, "Local": 0, "Refusal": 2}
# The documents that a step names are no sentences; how they are counted is.
_SOURCES = {
    "TAC {document} step {number}",
    "TAC {document} steps {numbers}",
    "TAC {document} scenario {number}",
}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call in ``tree`` by the name that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node


@cache
def modules() -> tuple[tuple[str, ast.AST], ...]:
    """The product, module by module. The lab speaks as a box does, and boxes speak English."""
    return tuple(
        (place, ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(PRODUCT.rglob("*.py"))
        for place in [str(path.relative_to(PRODUCT))]
        if not place.startswith("lab/") and place != "model/phrase.py"
    )


@cache
def phrases() -> dict[str, list[str]]:
    """Every message of the product, and where it stands."""
    found: dict[str, list[str]] = {}
    for place, tree in modules():
        for name, call in calls(tree):
            if name == "Phrase":
                found.setdefault(message_of(call, place), []).append(place)
    return found


def message_of(call: ast.Call, place: str) -> str:
    """The message of a phrase; one that is put together at run time can be in no catalogue."""
    first = call.args[0]
    assert isinstance(first, ast.Constant), f"{place}:{call.lineno}: the message is no text"
    message = str(first.value)
    given = {each.arg for each in call.keywords}
    if None not in given:
        assert given == set(PLACEHOLDER.findall(message)), f"{place}:{call.lineno}"
    return message


def bare_sentences(place: str, tree: ast.AST) -> Iterator[str]:
    """Where a sentence for people is an ordinary text, which nobody can translate."""
    for name, call in calls(tree):
        told = [each.value for each in call.keywords if each.arg == "why"]
        told += call.args[_SENTENCES[name] :][:1] if name in _SENTENCES else []
        for value in told:
            if any(isinstance(one, ast.JoinedStr) or is_text(one) for one in outside(value)):
                yield f"{place}:{value.lineno}"


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value


def outside(node: ast.AST) -> Iterator[ast.AST]:
    """``node`` and what is in it, but for phrases and other calls."""
    yield node
    if not isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        for child in ast.iter_child_nodes(node):
            yield from outside(child)


class TestComplete:
    """Complete in both directions."""

    def test_every_message_is_in_the_catalogue(self) -> None:
        """Whoever writes a new sentence is told here to say it in French."""
        known = {message for context, message in FRENCH.entries if context in ("", PICTURE)}
        missing = {message: where for message, where in phrases().items() if message not in known}
        assert missing == {}

    def test_nothing_in_the_catalogue_is_dead(self) -> None:
        """A message that was reworded leaves its old translation behind."""
        known = {message for context, message in FRENCH.entries if not context}
        assert known - set(phrases()) - _SOURCES == set()

    def test_every_sentence_for_people_is_a_phrase(self) -> None:
        """In the rooms that make plans."""
        rooms = ("families/", "planning/")
        found = [
            fault
            for place, tree in modules()
            if place.startswith(rooms)
            for fault in bare_sentences(place, tree)
        ]
        assert found == []

    def test_a_bare_sentence_would_be_found(self) -> None:
        """The gate can fail: an f-string, a text, a sum, a branch; a name is left to the plans."""
        for told in ('f"x {y}"', '"it runs"', 'Phrase("a b") + "c d"', '"a b" if c else why'):
            assert list(bare_sentences("x", ast.parse(f"Rung(name='x', why={told})"))), told
        for fine in ('Phrase("it runs")', "why", "joined.why"):
            assert not list(bare_sentences("x", ast.parse(f"Rung(name='x', why={fine})"))), fine
        assert list(bare_sentences("x", ast.parse('Refusal(h, "a/b", "do that", c)')))

    def test_every_translation_has_the_same_places(self) -> None:
        """And the same words of machines, which stand between backticks."""
        for (context, english), french in FRENCH.entries.items():
            assert sorted(set(PLACEHOLDER.findall(english))) == sorted(
                set(PLACEHOLDER.findall(french))
            ), context
            assert sorted(english.split("`")[1::2]) == sorted(french.split("`")[1::2]), english

    def test_every_word_of_a_template_is_there_and_no_other(self) -> None:
        """By name, with its English of today."""
        words = {
            **flat(template_words("words.j2")),
            **flat(template_words("webadmin.md.j2"), "sheet"),
        }
        known = {key for key in FRENCH.entries if key[0] not in ("", PICTURE)}
        assert known == set(words.items())

    def test_every_word_of_a_picture_is_said_somewhere(self) -> None:
        """A word that no picture has any more is dead text."""
        texts = {
            node.value
            for place, tree in modules()
            if place.startswith(
                ("report/graph", "cli/topology", "cli/commands/graph", "model/step")
            )
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        said = {message for context, message in FRENCH.entries if context == PICTURE}
        dead = {one for one in said - texts if not one.startswith("the others ")}
        assert dead == set()


def template_words(name: str) -> Mapping[str, object]:
    """The English words that a template sets."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    head = text[text.index("{% set words = {") :]
    block = head[: head.index("\n} %}") + len("\n} %}")]
    shown = render_document("words", {}, text=block + "{{ words | tojson }}")
    return dict(json.loads(shown))


def flat(words: object, path: str = "") -> dict[str, str]:
    """Every text by its path."""
    if isinstance(words, str):
        return {path: words}
    listed = enumerate(cast("list[object]", words))
    pairs = words.items() if isinstance(words, dict) else listed
    return {
        name: text
        for key, word in pairs
        for name, text in flat(word, f"{path}.{key}" if path else str(key)).items()
    }


def of(entries: str) -> Catalogue:
    return Catalogue("fr", parsed(entries, "fr.po"))


class TestSaying:
    """A phrase by its message, a bare text by its form."""

    FEW = of(
        'msgid "the domain is {domain}"\nmsgstr "le domaine est {domain}"\n\n'
        'msgid "{what}; wait until {sentence}"\nmsgstr "{what} ; attendre : {sentence}"\n\n'
        'msgctxt "picture"\nmsgid "done"\nmsgstr "fait"\n'
    )

    def test_a_phrase_and_a_text_from_a_file_say_the_same(self) -> None:
        """What was saved as text is told by its form."""
        inner = Phrase("the domain is {domain}", domain="a; b")
        whole = Phrase("{what}; wait until {sentence}", what=inner, sentence="x")
        wanted = "le domaine est a; b ; attendre : x"
        assert self.FEW.say(whole) == wanted
        assert (
            self.FEW.say(str(Phrase("the domain is {domain}", domain="a b")))
            == "le domaine est a b"
        )

    def test_a_name_that_is_a_word_of_ours_stays_a_name(self) -> None:
        """A box may be called `done`."""
        said = self.FEW.say(Phrase("the domain is {domain}", domain="done"), PICTURE)
        assert said == "le domaine est done"
        assert self.FEW.say("done", PICTURE) == "fait"
        assert self.FEW.say("done") == "done"

    @pytest.mark.parametrize("text", ["", "xmpp enable", "the domain is ", "nothing of ours"])
    def test_what_is_not_known_stays(self, text: str) -> None:
        """A command, a reply of a box, somebody's own words."""
        assert self.FEW.say(text) == text

    def test_a_text_made_for_it_costs_no_time(self) -> None:
        """Every form is held against it once, from left to right."""
        text = "; wait until " * 300
        assert FRENCH.say(text[:4000])

    @given(st.dictionaries(st.sampled_from("abc"), st.text()), st.text())
    def test_values_are_never_read_as_messages(self, values: dict[str, str], text: str) -> None:
        """Whatever is put in is put in once."""
        assert filled("{a}{b}{c}", dict.fromkeys("abc", text)) == text * 3
        assert Phrase("{a}", **values) == values.get("a", "{a}")

    def test_a_phrase_survives_a_copy(self) -> None:
        """With its message, so that it can still be translated."""
        import copy

        told = copy.deepcopy(Phrase("the domain is {domain}", domain="{x}"))
        assert (told, told.message) == ("the domain is {x}", "the domain is {domain}")


class TestFile:
    """The format is gettext's; what is not is refused with its line."""

    def test_lines_escapes_and_comments(self) -> None:
        """A text over several lines, a quote, a comment, the head of the file."""
        text = (
            'msgid ""\nmsgstr "Language: fr\\n"\n\n# a\n#, b\n'
            'msgid "a"\n" \\"b\\""\nmsgstr ""\n"ç"\n'
        )
        assert parsed(text, "x") == {("", 'a "b"'): "ç"}

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ('msgid "a\nmsgstr "b"\n', "fr.po:1:1"),
            ('"a"\n', "fr.po:1:1"),
            ('msgid "a"\n\nmsgid "b"\nmsgstr "c"\n', "fr.po:3:1"),
            ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', "fr.po:5:1"),
        ],
    )
    def test_what_is_broken_is_told_with_its_line(self, text: str, place: str) -> None:
        """A site may have its own entries, so a person wrote it."""
        with pytest.raises(InputError) as caught:
            parsed(text, "fr.po")
        assert str(caught.value.origin) == place

    def test_the_entries_of_a_site_win(self, tmp_path: Path) -> None:
        """It says what it says otherwise, and no more."""
        (tmp_path / "fr.po").write_text('msgid "the XMPP server runs"\nmsgstr "il tourne"\n')
        words = catalogue("fr", "runbook", [tmp_path])
        assert words.say("the XMPP server runs") == "il tourne"
        assert words.say("blank") == "vide"

    def test_a_language_that_we_do_not_have(self) -> None:
        """No silent English."""
        with pytest.raises(OptionError, match="no runbook in 'de'"):
            catalogue("de", "runbook")
