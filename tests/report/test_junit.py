"""JUnit's XML: well-formed whatever boxes say, and read as CI servers read it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.planning.promises import Promise, Verdict
from cmsdeploy.report.junit import junit_lines
from tests.promises.numbers import counted

HOSTILE = (
    "]]>", "<![CDATA[", "<!-- x", "-->", "&nothing;", "&#0;", "&lt;", "<failure>", '"/>', "'",
    "</testcase></testsuite>", "<?xml version='1.0'?>", "<!DOCTYPE a>", "\x00", "\x1b[31m", "\x07",
    "\r\n::error::x", "\n::set-output name=a::b", "%0A::warning::x", "\ud800", "\ufffe", "\uffff",
    "\U0001fffe", "\u202e", "\u2028", "\u0085", "=1+1", "\ufeff", "é", "😀", " " * 5000,
)  # fmt: skip


def _read(promises: list[Promise]) -> tuple[str, ElementTree.Element]:
    text = "\n".join(junit_lines(promises, "verify.yml")) + "\n"
    return text, ElementTree.fromstring(text.encode())


def test_one_case_for_each_promise() -> None:
    """Suites by cluster; failures, errors and skips are counted where readers look for them."""
    text, root = _read(
        [
            Promise("paris", "cb1", "the XMPP server runs"),
            Promise("london", "cb4", "unreachable", Verdict.UNREAD, "refuses connections"),
            Promise("paris", "cb2", "xmpp/secret-twice", Verdict.BROKEN, "cb1 has that of cb3"),
            Promise("paris", "cb2", "callbridge/unseen", Verdict.UNSEEN, "no alarm list"),
        ]
    )
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert root.tag == "testsuites"
    assert root.attrib == {
        "name": "verify.yml", "tests": "4", "failures": "1", "errors": "1", "skipped": "1",
    }  # fmt: skip
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["cluster london", "cluster paris"]
    assert suites["cluster paris"].get("tests") == "3"
    cases = [(c.get("classname"), c.get("name"), [e.tag for e in c]) for c in root.iter("testcase")]
    assert cases == [
        ("cb4", "unreachable", ["error"]),
        ("cb1", "the XMPP server runs", []),
        ("cb2", "xmpp/secret-twice", ["failure"]),
        ("cb2", "callbridge/unseen", ["skipped"]),
    ]
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == "cb1 has that of cb3"
    assert failure.text == "cb2: cb1 has that of cb3"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("verdict", Verdict)
def test_hostile_text_adds_nothing(text: str, verdict: Verdict) -> None:
    """Well-formed, the same elements as without, no control character, no line of a text."""
    written, root = _read([Promise(text, text, text, verdict, text)])
    expected = {Verdict.KEPT: [], Verdict.BROKEN: ["failure"], Verdict.UNREAD: ["error"]}
    inner = expected.get(verdict, ["skipped"])
    assert [one.tag for one in root.iter()] == ["testsuites", "testsuite", "testcase", *inner]
    assert not [line for line in written.splitlines() if line.startswith("::")]
    assert not set(written) & set("\x00\x07\x1b\r\x85\u2028\u202e")
    counted("B9", "hostile texts in JUnit: 0 elements more, 0 lines that begin with ::")


@given(st.text(), st.text(), st.sampled_from(Verdict))
def test_any_text_is_well_formed(name: str, text: str, verdict: Verdict) -> None:
    """Whatever Unicode there is."""
    written, root = _read([Promise("c", "h", name, verdict, text)])
    assert len(list(root.iter("testcase"))) == 1
    assert len(written.split("\n")) <= 9
