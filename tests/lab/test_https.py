"""HTTPS of the lab, with the standard library as client."""

from __future__ import annotations

import base64
import hashlib
import http.client
import ssl
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from cmsdeploy.lab import Lab, LabBox

from .client import PASSWORD, describe, two_boxes
from .material import XMPP_SETTINGS


@pytest.fixture(scope="module")
def shared() -> Iterator[Lab]:
    """One running lab for the tests that leave no trace that matters."""
    with two_boxes() as lab:
        yield lab


def _client(box: LabBox) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cadata=box.api_certificate.decode())
    return http.client.HTTPSConnection(box.address, box.api_port, context=context, timeout=10)


def _authorised(password: str = PASSWORD) -> dict[str, str]:
    token = base64.b64encode(f"admin:{password}".encode()).decode()
    return {
        "Authorization": f"Basic {token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


def test_the_api_over_one_connection(shared: Lab) -> None:
    """401 first, then the same connection carries PUT and GET."""
    client = _client(shared.boxes["cb1"])
    client.request("GET", XMPP_SETTINGS)
    answer = client.getresponse()
    assert (answer.status, answer.read()) == (401, b"")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="acano"'
    assert client.sock is not None
    first = client.sock
    form = urlencode({"uniqueName": "cb1 & co", "domain": ""})
    client.request("PUT", XMPP_SETTINGS, form, _authorised())
    assert client.getresponse().read() == b""
    client.request("GET", XMPP_SETTINGS, headers=_authorised())
    body = client.getresponse().read().decode()
    assert "<uniqueName>cb1 &amp; co</uniqueName><domain></domain>" in body
    assert client.sock is first
    client.close()
    client.request("GET", XMPP_SETTINGS, headers=_authorised("wrong"))
    assert client.getresponse().status == 401
    client.close()


def test_the_certificate_is_the_one_that_the_lab_names(shared: Lab) -> None:
    """Pinning works."""
    box = shared.boxes["cb1"]
    pem = ssl.get_server_certificate((box.address, box.api_port))
    assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() == box.api_fingerprint


def test_a_box_without_mmp_offers_the_api_only() -> None:
    """A call bridge that only logs in."""
    with Lab([describe("cb9", 9, has_mmp=False)]) as lab:
        box = lab.boxes["cb9"]
        assert (box.ssh_port, box.host_key_fingerprint, box.host_key_line) == (0, "", "")
        assert box.api_port > 0
