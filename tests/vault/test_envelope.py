"""The envelope of ansible-vault: both directions against the real one, and damage is never read."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from random import Random

import pytest

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.vault import envelope_of, flaw_of, opened, sealed
from cmsdeploy.inventory.vault_marks import is_encrypted
from cmsdeploy.model.secret import Secret
from tests.inventory.referee import Referee, running_referee
from tests.promises.numbers import counted

PASSWORD = Secret("a vault password")
PLACE = Origin("file.yml")
LENGTHS = (0, 1, 15, 16, 17, 1_000_000)
FAST, ALL = 100, 1000


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    with running_referee() as found:
        yield found


def random_case(number: int) -> tuple[bytes, str, str]:
    """Plaintext, password and label of a number."""
    random = Random(number)
    length = LENGTHS[number] if number < 5 else random.choice([random.randrange(100), 4096])
    letters = "abcXYZ019 {}'\"\\é€$%"
    password = "p" + "".join(random.choices(letters, k=random.randrange(1, 40))) + "w"
    return random.randbytes(length), password, random.choice(["default", "dev", "prod.eu-1", "a_b"])


def both_ways(numbers: range, referee: Referee) -> None:
    for number in numbers:
        plaintext, password, label = random_case(number)
        ours = sealed(plaintext, Secret(password), label)
        theirs = referee.judge(kind="decrypt", sealed=ours, password=password)
        assert theirs == {"text": plaintext.hex()}, number
        given = None if label == "default" else label
        made = referee.judge(kind="encrypt", text=plaintext.hex(), password=password, label=given)
        text = str(made["sealed"])
        assert text.splitlines()[0] == ours.splitlines()[0]
        assert [len(line) for line in text.splitlines()] == [len(x) for x in ours.splitlines()]
        envelope = envelope_of(text, PLACE)
        assert envelope.label == label
        assert opened(envelope, Secret(password)) == plaintext
        if number % 10 == 0:
            assert opened(envelope, Secret(password + "x")) is None
    counted("A14", "random vaults of ours opened by ansible-vault, and the reverse", len(numbers))


def test_random_vaults_both_ways(referee: Referee) -> None:
    both_ways(range(FAST), referee)


@pytest.mark.long
def test_many_more_random_vaults_both_ways(referee: Referee) -> None:
    both_ways(range(FAST, ALL), referee)


@pytest.mark.parametrize("length", LENGTHS)
def test_every_length_comes_back(length: int, referee: Referee) -> None:
    plaintext = os.urandom(length)
    text = sealed(plaintext, PASSWORD)
    assert opened(envelope_of(text, PLACE), PASSWORD) == plaintext
    theirs = referee.judge(kind="decrypt", sealed=text, password="a vault password")
    assert theirs["text"] == plaintext.hex()


def wrong_after_flips(text: bytes, plaintext: bytes, flips: Iterable[tuple[int, int]]) -> int:
    """How many vaults with one bit flipped open as another text."""
    wrong = 0
    for at, bit in flips:
        altered = bytearray(text)
        altered[at] ^= 1 << bit
        try:
            found = opened(envelope_of(altered.decode("latin-1"), PLACE), PASSWORD)
        except InputError:
            continue
        wrong += found not in {None, plaintext}
    return wrong


PLAIN = b"xmpp_domain: example.com\n"
FLIPPED = "flipped bits give the original or a failure, 0 wrong"


def test_a_flipped_bit_in_any_character_gives_the_original_or_a_failure() -> None:
    text = sealed(PLAIN, PASSWORD).encode("ascii")
    flips = [(at, at % 8) for at in range(len(text))]
    assert wrong_after_flips(text, PLAIN, flips) == 0
    counted("A14", FLIPPED, len(flips))


@pytest.mark.long
def test_every_flipped_bit_gives_the_original_or_a_failure() -> None:
    text = sealed(PLAIN, PASSWORD).encode("ascii")
    flips = list(itertools.product(range(len(text)), range(8)))
    assert wrong_after_flips(text, PLAIN, flips) == 0
    counted("A14", FLIPPED, len(flips))


def body() -> str:
    return sealed(b"text", PASSWORD).partition("\n")[2]


READ = {
    "upper-case digits": lambda: f"$ANSIBLE_VAULT;1.1;AES256\n{body().upper()}",
    "one long line": lambda: "$ANSIBLE_VAULT;1.1;AES256\n" + body().replace("\n", ""),
    "Windows line ends": lambda: "$ANSIBLE_VAULT;1.1;AES256\r\n" + body().replace("\n", "\r\n"),
    "a label": lambda: f"$ANSIBLE_VAULT;1.2;AES256;any\n{body()}",
    "no final line end": lambda: f"$ANSIBLE_VAULT;1.1;AES256\n{body().rstrip()}",
}
REFUSED: dict[str, tuple[Callable[[], str], str]] = {
    "version 1.0": (lambda: f"$ANSIBLE_VAULT;1.0;AES\n{body()}", "version '1.0' is not supported"),
    "version 9.9": (lambda: f"$ANSIBLE_VAULT;9.9;AES256\n{body()}", "version '9.9' is not"),
    "no version": (lambda: f"$ANSIBLE_VAULT\n{body()}", "version '' is not supported"),
    "cipher AES": (lambda: f"$ANSIBLE_VAULT;1.1;AES\n{body()}", "cipher 'AES' is not supported"),
    "1.1 with a label": (lambda: f"$ANSIBLE_VAULT;1.1;AES256;x\n{body()}", "number of parts"),
    "1.2 without one": (lambda: f"$ANSIBLE_VAULT;1.2;AES256\n{body()}", "number of parts"),
    "blank line first": (lambda: f"\n$ANSIBLE_VAULT;1.1;AES256\n{body()}", "nothing before it"),
    "byte order mark": (lambda: f"\ufeff$ANSIBLE_VAULT;1.1;AES256\n{body()}", "nothing before"),
    "indented body": (lambda: f"$ANSIBLE_VAULT;1.1;AES256\n  {body()}", "does not read"),
    "odd digits": (lambda: f"$ANSIBLE_VAULT;1.1;AES256\n{body().strip()}6\n", "does not read"),
    "no body": (lambda: "$ANSIBLE_VAULT;1.1;AES256\n", "does not read"),
    "cut": (lambda: f"$ANSIBLE_VAULT;1.1;AES256\n{body()[:81]}", "does not read"),
    "short salt": (
        lambda: "$ANSIBLE_VAULT;1.1;AES256\n" + f"{'61' * 8}0a{'61' * 64}0a{'61' * 32}\n",
        "wrong lengths",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_a_form_that_ansible_reads_is_read(name: str) -> None:
    assert opened(envelope_of(READ[name](), PLACE), PASSWORD) == b"text"


@pytest.mark.parametrize("name", REFUSED)
def test_a_form_that_can_only_be_damage_is_refused(name: str) -> None:
    make, cause = REFUSED[name]
    with pytest.raises(InputError) as caught:
        envelope_of(make(), PLACE)
    assert cause in caught.value.cause
    assert caught.value.action
    assert caught.value.origin == PLACE


def test_a_label_with_a_separator_is_refused() -> None:
    for label in ("a;b", "a b", "", "ü"):
        with pytest.raises(InputError, match="cannot be the label"):
            sealed(b"", PASSWORD, label)


def test_what_cannot_be_typed_has_a_flaw() -> None:
    flaws = {b"": "is empty", b"a\n": "control character", b"\xff": "is not UTF-8 text"}
    for content, cause in flaws.items():
        flaw = flaw_of(Secret(content))
        assert flaw is not None
        assert cause in flaw.cause
    assert flaw_of(Secret("{{ 7*7 }} é")) is None


def test_a_vault_is_known_by_its_beginning() -> None:
    assert is_encrypted(b"$ANSIBLE_VAULT;1.1;AES256\n")
    assert is_encrypted(b"\xef\xbb\xbf\n$ANSIBLE_VAULT")
    assert not is_encrypted(b"a: $ANSIBLE_VAULT")
