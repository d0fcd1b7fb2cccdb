"""State -> transcript, as a table: the twin prints what real boxes print."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from cmsdeploy.lab import Box, World

from .material import case, issued, log_in, root, rows, said
from .reconstruct import certificate_of


def _with_files(box: Box, text: str) -> Box:
    pair = issued("core", "Test Root")
    for name in re.findall(r"[A-Za-z0-9-]+\.(?:key|cer|crt)\b", text):
        is_authority = "root" in name.lower()
        certificate = root().certificate if is_authority else pair.certificate
        box.write_file(name, pair.key if name.endswith(".key") else certificate)
    return box


@pytest.mark.parametrize("row", rows("transcripts.txt"), ids=lambda row: row.split(" | ")[0])
def test_a_state_and_its_transcript(row: str) -> None:
    """Each row of the table, byte for byte."""
    name, version, hostname, before, line = row.split(" | ")
    box = _with_files(World().add_box("box", version=version, hostname=hostname), row)
    said(box, *before.split(" ; "))
    assert box.execute(line).text == case(f"{name}.txt")
    assert box.prompt == f"{hostname}> "


def test_recorder_but_for_its_padding() -> None:
    """The padding of that transcript is lost; labels, order and values are not."""
    box = _with_files(World().add_box("cms01", version="3.12"), "cms.key cms.cer root.cer")
    said(box, "recorder sip listen a 8888 none", "recorder nfs 10.124.56.222:NFS")
    said(box, "recorder sip certs cms.key cms.cer", "recorder enable")
    said(box, "recorder sip certs cms.key cms.cer cms.cer")
    text = re.sub(r" +: ", " : ", box.execute("recorder").text)
    assert text == case("recorder-status.txt")


def test_uploader_asks_for_passwords() -> None:
    """SEEN uploader-password-prompt."""
    box = World().add_box("streamer", version="3.2.1")
    asked = box.execute("uploader cms password")
    assert (asked.question, asked.is_echoed) == ("Please enter password:", False)
    assert asked.answer("hidden").text == ""
    assert "hidden" not in box.execute("uploader").text + box.syslog()


def test_database_cluster_status() -> None:
    """Three nodes, seen from the third."""
    world = World()
    names = ("dbclusterserver.key", "dbclusterserver.cer", "dbclusterclient.key",
             "dbclusterclient.cer", "vngtpRootca.cer")  # fmt: skip
    for name, address in (("p", "10.48.36.61"), ("r", "10.48.36.118"), ("s", "10.48.36.182")):
        box = world.add_box(name, address)
        for file in names:
            box.write_file(file, b"x\n")
        said(box, "database cluster localnode a", f"database cluster certs {' '.join(names)}")
    first, *others = world.boxes.values()
    first.execute("database cluster initialize").answer("Y")
    for box in others:
        box.execute("database cluster join 10.48.36.61").answer("Y")
    assert box.execute("database cluster status").text == case("database-cluster-status.txt")


def test_pki_inspect() -> None:
    """The whole text of openssl, of a certificate made again from that text."""
    wanted = case("pki-inspect.txt")
    box = World().add_box("cms1")
    box.write_file("cmsuccluster.cer", certificate_of(wanted))
    assert box.execute("pki inspect cmsuccluster.cer").text == wanted


def test_syslog() -> None:
    """Time, host, user, origin, and the blank before the command (3.9)."""
    box = World(started=datetime(2024, 3, 6, 9, 34, 45, 395000)).add_box("cms01", version="3.9.1")
    box.execute("callbridge av1 enable", origin="10.140.249.233:63290")
    assert box.syslog() == case("syslog-mmp-command.txt")


def _without_server(started: datetime) -> Box:
    box = World(started=started).add_box("cb1", version="2.2.5")
    log_in(box, "any", domain="tptac9.com")
    return box


def test_event_log_of_a_dns_error() -> None:
    """Three groups, 64 seconds apart, behind the line of an administrator who cleared the log."""
    box = World(started=datetime(2017, 8, 13, 5, 15, 25, 479000)).add_box("cb1", version="2.2.5")
    box.events.note(0.0, *["old"] * 335)
    box.events.clear(0.0, "admin")
    box.world.advance(52.325)
    log_in(box, "any", domain="tptac9.com")
    box.world.advance(130.0)
    assert box.event_log() == case("webadmin-event-log-dns-error.txt")


def test_status_page_of_a_dns_error() -> None:
    """Label and value; the picture is cut at its right edge, so lines may go on."""
    box = _without_server(datetime(2017, 8, 13, 4, 45, 16, 107000))
    box.booted_at -= (24 + 17) * 3600 + 41 * 60
    box.world.advance(28.2)
    shown, wanted = box.status_page().splitlines(), case("webadmin-status-page-dns-error.txt")
    assert len(shown) == len(wanted.splitlines())
    for one, other in zip(shown, wanted.splitlines(), strict=True):
        assert one.startswith(other), (one, other)


def test_api_lists() -> None:
    """Elements and attributes of the two lists; ids and blanks between elements differ."""
    box = World().add_box("cb1")
    box.call_bridges = {"cms-1": "", "cms-2": ""}
    assert _bare(box.api("GET", "/api/v1/callBridges").body) == _bare(case("api-callbridges.txt"))
    log_in(box, "any")
    found = _bare(box.api("GET", "/api/v1/system/alarms").body)
    wanted = _bare(case("api-alarms.txt"))
    seconds = r"<(type|activeTimeSeconds)>[^<]*"
    assert re.sub(seconds, r"<\1>", found) == re.sub(seconds, r"<\1>", wanted)


def _bare(text: str) -> str:
    text = re.sub(r'id="[^"]*"', 'id=""', text.replace('"1.0" ?>', '"1.0"?>'))
    return re.sub(r">\s+<", "><", text).strip()


def test_live_json() -> None:
    """Keys, words for booleans, routes with `=` for a dot (TAC-214745)."""
    box = World().add_box("cb1", "10.48.54.160")
    box.mac_address = "00:50:56:99:5A:5B"
    box.interfaces["a"].gateway = "10.48.54.200"
    said(box, "ipv4 a route add 8.8.8.8/32", "ipv4 a route add 8.8.4.4/32")
    text = re.sub(r"\s+", "", box.read_file("live.json").decode())
    assert re.sub(r"\s+", "", case("live-json-excerpt.txt")) in text
