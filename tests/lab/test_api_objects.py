"""Objects of the API beyond the XMPP settings."""

from __future__ import annotations

import re

import pytest

from cmsdeploy.lab import World

BRIDGES = "/api/v1/callBridges"
CLUSTER = "/api/v1/system/configuration/cluster"


def test_a_call_bridge_from_post_to_delete() -> None:
    """POST gives the place, PUT keeps it, DELETE takes it away; all with 200 (TAC-213812)."""
    box = World().add_box("cb1")
    form = {"name": "one", "address": "https://10.0.0.1", "sipDomain": "a.com"}
    made = box.api("POST", BRIDGES, form)
    assert (made.status, made.body) == (200, "")
    place = made.headers["Location"]
    assert re.fullmatch(BRIDGES + "/[0-9a-f-]{36}", place)
    assert "<sipDomain>a.com</sipDomain>" in box.api("GET", place).body
    assert box.api("PUT", place, {"name": "two", "callBridgeGroup": "g"}).status == 200
    body = box.api("GET", place).body
    assert "<name>two</name><address>https://10.0.0.1</address>" in body
    assert "<callBridgeGroup>g</callBridgeGroup>" in body
    assert box.api("DELETE", place).status == 200
    assert "callBridgeDoesNotExist" in box.api("DELETE", place).body


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "tag"),
    [
        ("POST", BRIDGES, {}, 400, "parameterError"),
        ("POST", BRIDGES, {"name": "one"}, 400, "duplicateCallBridgeName"),
        ("POST", BRIDGES, {"name": "x", "colour": "red"}, 400, "parameterError"),
        ("PUT", f"{BRIDGES}/nobody", {"name": "x"}, 400, "callBridgeDoesNotExist"),
        ("PATCH", f"{BRIDGES}/nobody", {}, 405, "unrecognisedObject"),
        ("PUT", CLUSTER, {"colour": "red"}, 400, "parameterError"),
        ("DELETE", CLUSTER, {}, 405, "unrecognisedObject"),
    ],
)
def test_refusals(method: str, path: str, form: dict[str, str], status: int, tag: str) -> None:
    """HTTP status and failureDetails."""
    box = World().add_box("cb1")
    box.call_bridges = {"one": ""}
    answer = box.api(method, path, form)
    assert answer.status == status
    assert f"<failureDetails><{tag}" in answer.body
    assert box.call_bridges == {"one": ""}


def test_unknown_fields_may_be_ignored() -> None:
    """The other guess."""
    box = World({"api-unknown-field": "ignored"}).add_box("cb1")
    assert box.api("PUT", CLUSTER, {"colour": "red", "uniqueName": "cb1"}).status == 200
    assert box.cluster_settings == {"uniqueName": "cb1"}


def test_cluster_settings() -> None:
    """Seven elements, empty where unset (MIV, POSTMAN)."""
    box = World().add_box("cb1")
    box.api("PUT", CLUSTER, {"uniqueName": "cb1", "loadLimit": "700000"})
    body = box.api("GET", CLUSTER).body
    assert "<cluster><uniqueName>cb1</uniqueName><peerLinkBitRate></peerLinkBitRate>" in body
    assert "<loadLimit>700000</loadLimit>" in body


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9"]),
        ("?limit=2", ["b0", "b1"]),
        ("?offset=11&limit=50", ["b11"]),
        ("?offset=12", []),
        ("?limit=nonsense&offset=9", ["b9", "b10", "b11"]),
    ],
)
def test_pages(query: str, names: list[str]) -> None:
    """The total stays; the page is as long as the server likes (CODE MIV)."""
    box = World({"api-page-size": "10"}).add_box("cb1")
    box.call_bridges = {f"b{n}": "" for n in range(12)}
    body = box.api("GET", BRIDGES + query).body
    assert re.findall("<name>([^<]*)", body) == names
    assert '<callBridges total="12">' in body


def test_status_switches() -> None:
    """Words behind the version; what clusterEnabled means."""
    box = World({"api-version-suffix": "build", "api-cluster-enabled": "by-database"}).add_box("x")
    box.call_bridges = {"a": "", "b": ""}
    body = box.api("GET", "/api/v1/system/status").body
    assert "<softwareVersion>2.9.5 (1)</softwareVersion>" in body
    assert "<clusterEnabled>false</clusterEnabled>" in body
    assert "<database><clustered>disabled" in box.api("GET", "/api/v1/system/database").body


def test_pages_for_people() -> None:
    """Status page and event log are there for a browser too (addresses are guesses)."""
    box = World().add_box("cb1")
    assert box.api("GET", "/status").body == box.status_page()
    assert box.api("GET", "/eventlog").body.startswith("Date\tTime\tLogging level\tMessage\n")
