"""Masking: every usual spelling of awkward secrets, and fields that look secret."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.errors import printable
from cmsdeploy.model.secret import Secret
from cmsdeploy.session.redaction import MASK, Redactor
from tests.spending import least_seconds

AWKWARD = "pw<\"&' \\é{{7*7}}%;/+?"
ORDINARY = "kvgP1SRzWVabhiPVAb1"
PEM = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n".format(
    "\n".join(base64.b64encode(bytes([n] * 48)).decode() for n in range(26))
)

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "inside a sentence": lambda s: f"the box said {s}!",
    "glued": lambda s: f"x{s}y",
    "repr": repr,
    "bytes repr": lambda s: repr(s.encode()),
    "json": json.dumps,
    "json, not ascii": lambda s: json.dumps(s, ensure_ascii=False),
    "xml text": escape,
    "xml attribute": quoteattr,
    "url": quote,
    "url, all": lambda s: quote(s, safe=""),
    "form": quote_plus,
    "form field": lambda s: urlencode({"sharedSecret": s}),
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64, safe": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
    "basic, 1 before": lambda s: base64.b64encode(b"u" + s.encode() + b":x").decode(),
    "basic, 2 before": lambda s: base64.b64encode(b"u:" + s.encode()).decode(),
    "basic, 6 before": lambda s: base64.b64encode(b"admin:" + s.encode()).decode(),
    "hex": lambda s: s.encode().hex(),
    "hex, capitals": lambda s: s.encode().hex().upper(),
    "hex, colons": lambda s: binascii.hexlify(s.encode(), ":").decode(),
    "yaml single quotes": lambda s: "'" + s.replace("'", "''") + "'",
    "printable": lambda s: printable(s, len(s)),
}


@pytest.mark.parametrize("secret", [AWKWARD, ORDINARY, PEM], ids=["awkward", "ordinary", "pem"])
@pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
def test_no_spelling_shows_the_secret(secret: str, spelling: str) -> None:
    """What is masked leaves no eight characters of the spelled secret behind."""
    redactor = Redactor()
    redactor.add(Secret(secret))
    spelled = SPELLINGS[spelling](secret)
    shown = redactor.redact(spelled)
    assert MASK in shown
    core = spelled[10:-10] if secret is not PEM else spelled[60:-60]
    leaked = [core[n : n + 8] for n in range(len(core) - 8) if core[n : n + 8] in shown]
    assert not leaked


def test_a_line_of_a_key_alone_is_masked() -> None:
    """A box that shows the middle of a private key shows no key."""
    redactor = Redactor()
    redactor.add(Secret(PEM))
    line = PEM.splitlines()[7]
    assert redactor.redact(f"bad line: {line}") == f"bad line: {MASK}"


def test_wrapped_base64_is_masked_line_by_line() -> None:
    """Encoders that wrap at 64 columns break the search for the whole."""
    secret = "0123456789abcdef" * 10
    redactor = Redactor()
    redactor.add(Secret(secret))
    encoded = base64.b64encode(secret.encode()).decode()
    wrapped = "\n".join(encoded[n : n + 64] for n in range(0, len(encoded), 64))
    shown = redactor.redact(wrapped)
    assert all(line not in shown for line in wrapped.split("\n"))


def test_a_short_secret_is_masked_as_a_word() -> None:
    """A secret of one letter must not turn a text into a pattern that shows where it stood."""
    redactor = Redactor()
    redactor.add(Secret("a"))
    assert redactor.redact("a cat sat: a") == f"{MASK} cat sat: {MASK}"


def test_empty_and_blank_secrets_mask_nothing() -> None:
    """They are everywhere."""
    redactor = Redactor()
    redactor.add(Secret(""), Secret("  "))
    assert redactor.redact("any text") == "any text"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Secret     : kvgP1SRzWV", f"Secret     : {MASK}"),
        ("Password : two words", f"Password : {MASK}"),
        ("Shared secret: x", f"Shared secret: {MASK}"),
        ("password=hunter2", f"password={MASK}"),
        ("Domain     : tptac9.com", "Domain     : tptac9.com"),
        ("Please enter password:", "Please enter password:"),
        ("Enter callbridge secret", "Enter callbridge secret"),
        ("<sharedSecret>x</sharedSecret>", f"<sharedSecret>{MASK}</sharedSecret>"),
        ("<uniqueName>cb1</uniqueName>", "<uniqueName>cb1</uniqueName>"),
        ("a\nSecret : x\nb", f"a\nSecret : {MASK}\nb"),
    ],
)
def test_fields_that_look_secret_are_masked(text: str, expected: str) -> None:
    """A secret that we never heard of stands in a field that says so."""
    assert Redactor().redact(text) == expected


def test_shown_masks_before_it_escapes() -> None:
    """An escape in the middle would hide the secret from the search."""
    redactor = Redactor()
    redactor.add(Secret("pass\u202eword"))
    assert redactor.shown("x pass\u202eword\x1b") == f"x {MASK}\\x1b"


def test_a_cut_leaves_no_half_of_a_secret() -> None:
    """What is shown has an end; a secret across it is masked as a whole."""
    redactor = Redactor()
    redactor.add(Secret("correct-horse-battery-staple"))
    for before in range(70, 101):
        shown = redactor.shown("." * before + "correct-horse-battery-staple", 100)
        assert "corr" not in shown


def test_a_redactor_shows_nothing_of_itself() -> None:
    """Its repr may end in a log."""
    redactor = Redactor()
    redactor.add(Secret(ORDINARY))
    assert ORDINARY not in repr(redactor)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=4), st.text())
def test_the_plain_secret_never_survives(secret: str, around: str) -> None:
    """Whatever the secret and whatever stands around it."""
    redactor = Redactor()
    redactor.add(Secret(secret))
    if secret.strip() and secret not in MASK:
        shown = redactor.redact(around + secret + around)
        assert secret not in shown.replace(MASK, "\0")


def test_learning_many_secrets_costs_the_same_for_each() -> None:
    """Eight times the secrets, less than thirty times the time: a fleet must not be quadratic."""

    def learn(number: int) -> None:
        redactor = Redactor()
        for index in range(number):
            redactor.add(Secret(f"kvgP1SRzWVab{index:04}Ab1"))
        assert redactor.redact("it says kvgP1SRzWVab0003Ab1") == f"it says {MASK}"

    assert least_seconds(lambda: learn(800)) < 30 * least_seconds(lambda: learn(100))


def test_masking_a_line_again_takes_the_longest_first() -> None:
    """Only what stands there as it is; a secret inside another leaves no rest of it."""
    redactor = Redactor()
    redactor.add(Secret("a long secret"), Secret("a long secret with more"))
    masked = redactor.masked("x a long secret with more, a long secret; a long")
    assert masked == f"x {MASK}, {MASK}; a long"
    assert redactor.masked("nothing") == "nothing"
