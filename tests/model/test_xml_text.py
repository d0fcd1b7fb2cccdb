"""XML from a server that we do not trust."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cmsdeploy.errors import DeviceError
from cmsdeploy.model.xml_text import failure_tags, read_xml
from tests.spending import least_seconds

BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>"""

REFUSED = {
    "bomb": BOMB,
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "external document type": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>',
    "document type behind a comment": b"<!-- x --><!DOCTYPE a><a/>",
    "document type in small letters": b"<!doctype a><a/>",
    "UTF-16": "<a/>".encode("utf-16"),
    "UTF-7 declared": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE',
    "Latin-1": b"<a>\xe9</a>",
    "too deep": b"<a>" * 100_000 + b"</a>" * 100_000,
    "too deep by one": b"<a>" * 51 + b"</a>" * 51,
    "too many elements": b"<r>" + b"<a/>" * 200_001 + b"</r>",
    "too large": b"<a>" + b"x" * (4 * 1024 * 1024) + b"</a>",
    "cut": b"<a><b>text</b>",
    "two roots": b"<a/><b/>",
    "attribute twice": b'<a x="1" x="2"/>',
    "control character": b"<a>&#27;</a>",
    "NUL": b"<a>\0</a>",
    "undefined entity": b"<a>&nothing;</a>",
    "no XML": b"It works!",
    "empty": b"",
}


@pytest.fixture(scope="module")
def longest_seconds() -> float:
    """What the largest document takes that is not refused, in seconds of the processor."""
    largest = b"<r>" + b"<a/>" * 199_999 + b"</r>"
    return least_seconds(lambda: read_xml(largest))


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, longest_seconds: float) -> None:
    """A named error, and none takes longer than a document that is fine may take."""

    def read() -> None:
        with pytest.raises(DeviceError, match="cannot be read"):
            read_xml(REFUSED[name])

    assert least_seconds(read) < 3 * longest_seconds


def test_no_payload_opens_a_file_or_a_connection() -> None:
    """By the calls that the system sees, all payloads in one process."""
    script = (
        "import os\n"
        "from cmsdeploy.errors import DeviceError\n"
        "from cmsdeploy.model.xml_text import read_xml\n"
        "from tests.model.test_xml_text import REFUSED\n"
        "read_xml(b'<a/>')\n"
        "os.access('/begin', os.R_OK)\n"
        "for body in REFUSED.values():\n"
        "    try:\n"
        "        read_xml(body)\n"
        "    except DeviceError:\n"
        "        pass\n"
        "os.access('/end', os.R_OK)\n"
    )
    traced = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=%file,%network", sys.executable, "-c", script],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    ).stderr.splitlines()  # fmt: skip
    begin, end = (
        next(n for n, line in enumerate(traced) if f'"{mark}"' in line)
        for mark in ("/begin", "/end")
    )
    assert traced[begin + 1 : end] == []


def test_plain_documents_are_read() -> None:
    """What the API sends (recorded), with the things that are harmless."""
    body = b'<?xml version="1.0"?><coSpace id="7-0"><name>APITest</name><uri>u</uri></coSpace>'
    root = read_xml(body)
    assert root.tag == "coSpace"
    assert root.get("id") == "7-0"
    assert root.findtext("name") == "APITest"
    assert read_xml(b"\xef\xbb\xbf<a><!-- note --><![CDATA[<b>]]>&amp;</a>").text == "<b>&"
    assert read_xml(b"<a>" * 50 + b"</a>" * 50).tag == "a"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b'<?xml version="1.0"?><failureDetails><coSpaceDoesNotExist /></failureDetails>',
            ("coSpaceDoesNotExist",),
        ),
        (b"<failureDetails><a/><b/></failureDetails>", ("a", "b")),
        (b"<html><body/></html>", ()),
        (b"Service Unavailable", ()),
        (BOMB, ()),
        (b"", ()),
    ],
)
def test_failure_tags(body: bytes, expected: tuple[str, ...]) -> None:
    """The reason of a refusal, and never an error about the error."""
    assert failure_tags(body) == expected
