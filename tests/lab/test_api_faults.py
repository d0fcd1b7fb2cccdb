"""Faults of requests, and what the wire does to Web Admin."""

from __future__ import annotations

import base64
import http.client
import ssl
import time

import pytest

from cmsdeploy.lab import Fault, LabBox

from .client import PASSWORD, told, two_boxes

STATUS = "/api/v1/system/status"
BRIDGES = "/api/v1/callBridges"


def ask(box: LabBox, method: str, path: str, body: str = "", user: str = "admin") -> int | str:
    """HTTP status of one request, or what went wrong."""
    context = ssl.create_default_context(cadata=box.api_certificate.decode())
    client = http.client.HTTPSConnection(box.address, box.api_port, context=context, timeout=3)
    token = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
    headers = {
        "Authorization": f"Basic {token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        client.request(method, path, body or None, headers)
        answer = client.getresponse()
        answer.read()
    except TimeoutError:
        return "silence"
    except (OSError, http.client.HTTPException):
        return "broken"
    finally:
        client.close()
    return answer.status


# Columns: fault, answer to a POST, how many call bridges there are afterwards.
REQUESTS = [
    (Fault("refuse", f"POST {BRIDGES}"), 503, 0),
    (Fault("refuse", BRIDGES, value="500"), 500, 0),
    (Fault("drop-before", "POST"), "broken", 0),
    (Fault("drop-after", "POST"), "broken", 1),
    (Fault("pretend", "POST"), 200, 0),
    (Fault("hang", "POST"), "silence", 0),
    (Fault("truncate", "POST", value="5"), "broken", 1),
    (Fault("garbage", "POST"), "broken", 1),
    (Fault("drip", "POST", value="0.001"), 200, 1),
    (Fault("refuse", "https connect"), "broken", 0),
    (Fault("refuse", f"GET {BRIDGES}"), 200, 1),
]


@pytest.mark.parametrize(("fault", "told_status", "count"), REQUESTS)
def test_a_fault_of_a_request(fault: Fault, told_status: int | str, count: int) -> None:
    """Each row: what the client sees, what the box did."""
    with two_boxes() as lab:
        lab.faults("cb1").add(fault)
        box = lab.boxes["cb1"]
        assert ask(box, "POST", BRIDGES, "name=one") == told_status
        assert len(box.box.call_bridges) == count
        lab.faults("cb1").reset()
        assert ask(box, "GET", STATUS) == 200


def test_a_busy_api() -> None:
    """CODE MIV: 503 under load, so clients try again."""
    with two_boxes({"api-busy": "every-third"}) as lab:
        answers = [ask(lab.boxes["cb1"], "GET", STATUS) for _ in range(6)]
        assert answers == [200, 200, 503, 200, 200, 503]


def test_without_web_admin_there_is_no_api() -> None:
    """The MMP turns it off and on."""
    with two_boxes() as lab:
        box = lab.boxes["cb1"]
        told(box, "webadmin disable")
        assert ask(box, "GET", STATUS) == "broken"
        told(box, "webadmin enable")
        assert ask(box, "GET", STATUS) == 200


def test_an_api_user() -> None:
    """DOC TAC-202722: a user of the role api may use the API; the log of it names the user."""
    with two_boxes() as lab:
        box = lab.boxes["cb1"]
        told(box, "user add ann api", f"{PASSWORD}\n{PASSWORD}\n")
        assert ask(box, "GET", STATUS, user="ann") == 200
        assert ask(box, "GET", STATUS, user="bob") == 401
        assert [one.user for one in lab.audit("cb1") if one.kind == "api"] == ["ann"]


def test_a_request_takes_its_time() -> None:
    """Latency counts for the API too, and may be changed while the lab runs."""
    with two_boxes() as lab:
        lab.timing.command = 0.3
        began = time.monotonic()
        assert ask(lab.boxes["cb1"], "GET", STATUS) == 200
        assert time.monotonic() - began >= 0.3
