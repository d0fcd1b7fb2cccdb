"""The grammar that all replies share, and the text that it is read from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.session.reply import Verdict, cleaned, decode, failures, fields, judge

WEBADMIN = """\
Enabled                 : true
TLS listening interface : a
TLS listening port      : 443
Certificate file        : cmscore-fullchain.cer
HTTP redirect           : Disabled
STATUS                  : webadmin running
"""

FOLLOWER = """\
State: FOLLOWER
List of peers
10.106.81.30:5222 (Leader)
10.106.81.31:5222
Last state change: 2017-Aug-13 11:37:
Key file : abhiall.key
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Verdict.SILENT),
        ("\n\n", Verdict.SILENT),
        ("SUCCESS: XMPP server enabled\n", Verdict.SUCCEEDED),
        ("SUCCESS: Key and certificate pair match\nFAILURE: no domain\n", Verdict.FAILED),
        ("FAILURE: no domain\nSUCCESS: something else\n", Verdict.FAILED),
        ("\n  FAILURE: behind blanks\n", Verdict.FAILED),
        ("Unknown command: xmpp\n", Verdict.UNKNOWN_COMMAND),
        ("\nUnknown command\n", Verdict.UNKNOWN_COMMAND),
        ("Last error : Unknown command\n", Verdict.SILENT),
        ("success: small letters say nothing\n", Verdict.SILENT),
        ("Comment : SUCCESS: of somebody\n", Verdict.SILENT),
        ("Comment : FAILURE: of somebody\n", Verdict.SILENT),
        ("Comment\u2028FAILURE: forged by a line separator\n", Verdict.SILENT),
        ("A reboot is required for the change to take effect\n", Verdict.SILENT),
    ],
)
def test_result_lines_judge(text: str, expected: Verdict) -> None:
    """Only lines that begin with the words count, and one failure outweighs all."""
    assert judge(text) is expected


def test_failures_are_given_in_order() -> None:
    """All of them, so that the message names every check that failed."""
    assert failures("FAILURE: one\nSUCCESS: x\nFAILURE:two\n") == ("one", "two")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            WEBADMIN,
            {
                "Enabled": "true",
                "TLS listening interface": "a",
                "TLS listening port": "443",
                "Certificate file": "cmscore-fullchain.cer",
                "HTTP redirect": "Disabled",
                "STATUS": "webadmin running",
            },
        ),
        (
            FOLLOWER,
            {
                "State": "FOLLOWER",
                "Last state change": "2017-Aug-13 11:37:",
                "Key file": "abhiall.key",
            },
        ),
        ("Interface whitelist     : a:8443 b:445\n", {"Interface whitelist": "a:8443 b:445"}),
        ("Address : https://cb1.example.com:445\n", {"Address": "https://cb1.example.com:445"}),
        ("https://cb1.example.com:445\n", {}),
        ("Trust bundle :\n", {"Trust bundle": ""}),
        ("SUCCESS: done\nFAILURE: not\n", {}),
        (": no label\n", {}),
        ("Tabs\t:\tvalue\n", {"Tabs": "value"}),
        ("State: LEADER\nState: forged\n", {"State": "LEADER"}),
        ("Domain: a ; xmpp reset\n", {"Domain": "a ; xmpp reset"}),
    ],
)
def test_fields(text: str, expected: dict[str, str]) -> None:
    """The first colon with a blank or nothing behind it separates; other colons are value."""
    assert fields(text) == expected


def test_a_recorded_success_with_several_checks() -> None:
    """Text of a real box (XMPP enabled, certificates checked)."""
    text = (
        "SUCCESS: Callbridge activated\nSUCCESS: Domain configured\n"
        "SUCCESS: Key and certificate pair match\n"
        "SUCCESS: certificate verified against CA bundle\nSUCCESS: XMPP server enabled\n"
    )
    assert judge(text) is Verdict.SUCCEEDED
    assert fields(text) == {}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"plain\n", "plain\n"),
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"10%\r20%\r100%\r\ndone\n", "100%\ndone\n"),
        (b"........\n....\n", "........\n....\n"),
        (b"long line\rshort\n", "shortline\n"),
        (b"\rcb1\n", "cb1\n"),
        (b"caf\xc3\xa9\n", "café\n"),
        (b"caf\xe9\n", "caf\\xe9\n"),
        (b"\xc0\xaf\n", "\\xc0\\xaf\n"),
        (b"nul\x00\n", "nul\x00\n"),
    ],
)
def test_cleaned_text(content: bytes, expected: str) -> None:
    """Line ends are one, overwritten text is gone, bad bytes are spelled and not lost."""
    assert cleaned(content) == expected


@given(st.binary(), st.binary())
def test_decoding_never_fails_and_keeps_replies_apart(one: bytes, other: bytes) -> None:
    """Any bytes have a text; good text is unchanged."""
    assert isinstance(decode(one), str)
    text = one.decode("utf-8", "ignore")
    assert decode(text.encode()) == text
    assert isinstance(cleaned(one + b"\r" + other), str)
