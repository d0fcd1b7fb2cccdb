"""Logins of call bridges, and what the Web Admin API says."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import World

from .material import DOMAIN, XMPP_SETTINGS, log_in, said, three_nodes

DECLARATION = '<?xml version="1.0"?>'


def test_a_wrong_secret_is_an_authentication_failure() -> None:
    """TAC-213479 scenario 2: cb1 carries the secret of cb3."""
    world = three_nodes()
    secrets = world.boxes["cb1"].xmpp.callbridges
    log_in(world.boxes["cb1"], secrets["cb3"])
    assert world.login("cb1").state == "authentication failure"
    log_in(world.boxes["cb1"], secrets["cb1"])
    assert world.login("cb1").state == "registered"


def test_a_wrong_record_on_one_server_matters_to_who_is_pinned_to_it() -> None:
    """With an address only that server counts; without one another server takes the login."""
    world = three_nodes()
    right = world.boxes["cb2"].xmpp.callbridges["cb1"]
    said(world.boxes["cb1"], "xmpp callbridge del cb1")
    assert world.login("cb1").server == "cb2"
    log_in(world.boxes["cb1"], right, serverAddressOverride="localhost:5223")
    assert world.login("cb1").state == "authentication failure"
    log_in(world.boxes["cb1"], right, serverAddressOverride="10.0.0.3")
    assert world.login("cb1").server == "cb3"


def test_the_first_server_may_be_the_only_one_tried() -> None:
    """The other guess: no second try after a refusal."""
    world = three_nodes({"login-without-address": "first"})
    said(world.boxes["cb1"], "xmpp callbridge del cb1")
    assert world.login("cb1").state == "authentication failure"


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({"uniqueName": ""}, "not configured"),
        ({"domain": ""}, "not configured"),
        ({"domain": "other.com"}, "dns error"),
        ({"sharedSecret": ""}, "authentication failure"),
        ({"uniqueName": "cb9"}, "authentication failure"),
        ({"serverAddressOverride": "nobody.example.com"}, "dns error"),
        ({"serverAddressOverride": "10.0.0.2:5223"}, "registered"),
    ],
)
def test_states_of_a_login(settings: dict[str, str], state: str) -> None:
    """One setting changed on a box that was logged in."""
    world = three_nodes()
    world.boxes["cb1"].api("PUT", XMPP_SETTINGS, settings)
    assert world.login("cb1").state == state


def test_a_stopped_server_takes_no_login() -> None:
    """Pinned to a stopped server there is no connection; otherwise another server is found."""
    world = three_nodes()
    said(world.boxes["cb1"], "xmpp disable")
    assert world.login("cb1").server == "cb2"
    world.boxes["cb1"].api("PUT", XMPP_SETTINGS, {"serverAddressOverride": "localhost"})
    assert world.login("cb1").state == "connection failure"


def test_unset_settings_are_empty_elements() -> None:
    """Names as POSTMAN has them; the secret is not given back by default."""
    box = World().add_box("cb1")
    answer = box.api("GET", XMPP_SETTINGS)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/xml")
    assert answer.body == (
        f"{DECLARATION}<xmpp><uniqueName></uniqueName><domain></domain>"
        "<serverAddressOverride></serverAddressOverride></xmpp>"
    )


def test_put_changes_what_it_names_and_nothing_else() -> None:
    """PUT answers 200 with an empty body; values are escaped in XML."""
    box = World({"api-shows-secret": "yes"}).add_box("cb1")
    box.api("PUT", XMPP_SETTINGS, {"uniqueName": "a<b&c", "sharedSecret": "s"})
    answer = box.api("PUT", XMPP_SETTINGS, {"domain": DOMAIN})
    assert (answer.status, answer.body) == (200, "")
    body = box.api("GET", XMPP_SETTINGS).body
    assert "<uniqueName>a&lt;b&amp;c</uniqueName><domain>tptac9.com</domain>" in body
    assert "<sharedSecret>s</sharedSecret>" in body


@pytest.mark.parametrize(
    ("method", "path", "form", "status"),
    [
        ("PUT", XMPP_SETTINGS, {"serverAddress": "x"}, 400),
        ("POST", XMPP_SETTINGS, {}, 405),
        ("GET", "/api/v1/nonsense", {}, 404),
        ("GET", "/", {}, 404),
        ("GET", "/api/v1/callBridges/11111111-0000-0000-0000-000000000000", {}, 400),
    ],
)
def test_refused_requests(method: str, path: str, form: dict[str, str], status: int) -> None:
    """Each has failure details in its body."""
    answer = World().add_box("cb1").api(method, path, form)
    assert answer.status == status
    assert answer.body.startswith(f"{DECLARATION}<failureDetails><")


def test_status_alarms_and_call_bridges() -> None:
    """The three objects that a verification reads."""
    world = three_nodes()
    box = world.boxes["cb1"]
    box.call_bridges = {"cms-1": "https://10.0.0.1"}

    def get(path: str) -> str:
        return box.api("GET", f"/api/v1{path}").body

    assert "<softwareVersion>2.9.5</softwareVersion>" in get("/system/status")
    assert get("/system/alarms") == f'{DECLARATION}<alarms total="0"></alarms>'
    listed = get("/callBridges?limit=5")
    assert '<callBridges total="1"><callBridge id="' in listed
    guid = listed.split('id="')[1].split('"')[0]
    assert "<address>https://10.0.0.1</address>" in get(f"/callBridges/{guid}")


@pytest.mark.parametrize(("position", "count"), [("shown", 1), ("absent", 0)])
def test_a_failed_login_may_raise_an_alarm(position: str, count: int) -> None:
    """An alarm whose type names XMPP, or none: nobody knows."""
    world = three_nodes({"api-xmpp-alarm": position})
    log_in(world.boxes["cb1"], "wrong")
    body = world.boxes["cb1"].api("GET", "/api/v1/system/alarms").body
    assert body.count("<type>xmpp") == count
