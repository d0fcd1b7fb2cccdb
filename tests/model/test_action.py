"""A command is words: what cannot be a word cannot be built."""

from __future__ import annotations

import pytest

from cmsdeploy.errors import RefusedError
from cmsdeploy.model.action import (
    Answer,
    Call,
    Command,
    Download,
    Manual,
    Upload,
    Wait,
)
from cmsdeploy.model.file_name import checked_file_name
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Step

INJECTIONS = [
    "a b", "a;b", "a|b", "a&b", "a>b", "a<b", "a$b", "a`b", "a'b", 'a"b', "a\\b", "a(b", "a)b",
    "a{b", "a}b", "a[b", "a]b", "a*b", "a?b", "a!b",
]  # fmt: skip
CONTROLS = [*range(0x20), 0x7F, *range(0x80, 0xA0), 0xA0, 0xAD, 0x200B, 0x200E, 0x2028, 0x2029,
            0x202E, 0x2066, 0x3000, 0xFEFF, 0xFF1B, 0xD800, 0xE000, 0x1F600]  # fmt: skip


@pytest.mark.parametrize("word", ["", *INJECTIONS, "é", "a" * 301])
def test_what_is_no_word_is_refused(word: str) -> None:
    """Blanks, quotes, separators and everything beyond printable ASCII."""
    with pytest.raises(RefusedError) as error:
        Command.of("xmpp", "domain", word)
    assert str(error.value).isprintable() or "\n  next: " in str(error.value)


@pytest.mark.parametrize("code", CONTROLS)
@pytest.mark.parametrize("form", ["{0}ab", "a{0}b", "ab{0}", "{0}"])
def test_control_characters_are_refused_wherever_they_stand(code: int, form: str) -> None:
    """At the start, in the middle, at the end; and the error does not carry them on."""
    with pytest.raises(RefusedError) as error:
        Command.of("xmpp", form.format(chr(code)))
    assert chr(code) not in error.value.cause or code in (0x3000, 0xFF1B, 0xA0, 0x1F600)
    with pytest.raises(RefusedError):
        checked_file_name(form.format(chr(code)))


@pytest.mark.parametrize(
    "word", ["a", "a" * 300, "tptac9.com", "10.0.0.1:5222", "fd00::1", "CN:*.a".replace("*", "w")]
)
def test_words_are_taken(word: str) -> None:
    """What documents show as arguments of the MMP."""
    assert Command.of("xmpp", word).line == f"xmpp {word}"


def test_a_command_has_words() -> None:
    """Nothing is not a command."""
    with pytest.raises(RefusedError):
        Command(())


def test_a_command_says_whether_it_asks() -> None:
    """A secret or an announced question makes it one that asks."""
    answer = Answer("Enter callbridge secret", SecretRef("callbridge/cb1"))
    assert Command(("a",), answer=answer).asks
    assert Command(("a",), confirmations=("Are you sure",)).asks
    assert not Command.of("a").asks


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".a", "-a", "a/b", "/a", "a\\b", "a b", "a..b", "a.", "a" * 65, "ä.key", "a:b"],
)
def test_names_that_no_box_takes_are_refused(name: str) -> None:
    """The flat root of a box: no folder, no leading dot or dash, at most 64 characters."""
    with pytest.raises(RefusedError):
        checked_file_name(name)
    with pytest.raises(RefusedError):
        Upload(name, "files/a", "sha256:0")
    with pytest.raises(RefusedError):
        Download(name)


@pytest.mark.parametrize("name", ["a", "node.key", "xmpp-cluster_bundle.crt", "a.tar.gz", "a" * 64])
def test_names_of_files_are_taken(name: str) -> None:
    """What documents show as names."""
    assert checked_file_name(name) == name


@pytest.mark.parametrize(
    ("action", "kind", "line"),
    [
        (Command.of("xmpp", "enable"), "command", "xmpp enable"),
        (Upload("a.key", "files/a.key", "key:0", Secret("s3cret")), "upload",
         "put files/a.key a.key"),
        (Download("a.key"), "download", "get a.key"),
        (Call("GET", "/api/v1/x"), "call", "GET /api/v1/x"),
        (Call("PUT", "/x", (("a", "b"),), (("s", SecretRef("n")),)), "call", "PUT /x a=b s=<n>"),
        (Wait("it leads", ()), "wait", "wait until it leads"),
        (Manual("press the button"), "manual", "press the button"),
    ],
)  # fmt: skip
def test_every_action_has_a_kind_and_a_line(action: Command, kind: str, line: str) -> None:
    """The line is what people see; a secret is in it by name only."""
    assert (action.kind, action.line) == (kind, line)
    assert "s3cret" not in repr(action)


def test_two_uploads_differ_by_identity_and_not_by_content() -> None:
    """A plan can be compared without the content of keys."""
    one = Upload("a", "files/a", "key:1", Secret("x"))
    assert one == Upload("a", "files/a", "key:1", None)
    assert one != Upload("a", "files/a", "key:2", Secret("x"))


def test_a_step_knows_the_secrets_that_it_uses() -> None:
    """Answers at a prompt and fields of the API; nothing else."""
    reference = SecretRef("callbridge/cb1")
    typed = Command(("a",), answer=Answer("p", reference))
    sent = Call("PUT", "/x", (), (("s", reference),))
    uses = [Step("i", "h", "f", action, "w").uses for action in (typed, sent, Command.of("a"))]
    assert uses == [{reference}, {reference}, frozenset()]
