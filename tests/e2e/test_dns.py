"""The records of a site by the command line: against the lab's name server, and named-checkzone."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.lab_site import LabSite
from cmsdeploy.cli.running_lab import running_site
from cmsdeploy.inventory import load
from cmsdeploy.lab.dns.wire.lab_dns import LabDns
from tests.e2e.site import Site
from tests.lab_dns.programs import Place, program, short

DOMAIN = "tptac9.com"
COMPONENT = f"_xmpp-component._tcp.{DOMAIN}"


@pytest.fixture
def named_site(tmp_path: Path) -> Iterator[tuple[Site, LabDns]]:
    """A site whose lab has the example of TAC 213479 and its DNS."""
    folder = tmp_path / "site"
    make_site(folder)
    made = LabSite(
        load([folder / "inventories" / "lab"]), folder / "lab.yml", folder / ".cmsdeploy" / "lab"
    )
    with running_site(made, {}, 0.0) as started:
        yield Site(folder, made.out, started.lab), started.dns


def _broken(dns: LabDns) -> None:
    with dns.lock:
        zone = dns.zone(DOMAIN)
        zone.replace(f"{COMPONENT}.", "SRV", f"0 0 5222 cb1.{DOMAIN}.", ttl=300)
        zone.drop(f"cb3.{DOMAIN}.", "A")


def test_check_update_and_check_again(named_site: tuple[Site, LabDns]) -> None:
    """What is wrong is named and put right, and a second update has nothing to do."""
    site, dns = named_site
    well = site.run("dns", "check")
    assert (well.returncode, "All records are as wanted" in well.stdout) == (0, True), well.stderr
    _broken(dns)
    check = site.run("dns", "check", "--json")
    assert check.returncode == 2
    found = json.loads(check.stdout)
    rules = {one["rule"] for one in found["findings"] if one["severity"] == "error"}
    assert rules == {"dns/srv-missing", "dns/wrong-port", "dns/address-missing"}
    only = site.run("dns", "update", "--check")
    assert only.returncode == 0
    assert "- 0 0 5222 cb1.tptac9.com." in only.stdout
    assert "TTL 300 -> 86400 of all" in only.stdout
    asked = site.run("dns", "update")
    assert asked.returncode == 3  # nobody is there to say yes
    assert len(dns.zone(DOMAIN).at(f"{COMPONENT}.", "SRV")) == 1
    done = site.run("dns", "update", "-y")
    assert done.returncode == 0, done.stderr + done.stdout
    place = Place(dns.place.address, dns.place.port)
    assert short(place, COMPONENT, "SRV") == [f"0 0 5223 cb{n}.{DOMAIN}." for n in (1, 2, 3)]
    again = site.run("dns", "update", "-y")
    assert (again.returncode, "No changes." in again.stdout) == (0, True)
    assert all(entries == [] for entries in site.writes().values())


def test_the_boxes_are_asked_only_if_somebody_says_so(named_site: tuple[Site, LabDns]) -> None:
    """A record of a box's own leads its call bridge elsewhere, and only the box shows it."""
    site, _ = named_site
    with site.lab.lock:
        site.lab.world.boxes["cb2"].execute(f"dns add rr {COMPONENT} SRV 0 0 5222 cb1.{DOMAIN}")
    assert site.run("dns", "check").returncode == 0
    check = site.run("dns", "check", "--boxes")
    assert check.returncode == 2
    assert "[dns/box-differs] cb2 itself finds 0 0 5222 cb1.tptac9.com." in check.stdout


def test_the_playbook_does_the_same(named_site: tuple[Site, LabDns]) -> None:
    """`dns:` in a play: the whole job puts the records right before call bridges log in."""
    site, dns = named_site
    _broken(dns)
    playbook = str(site.folder / "playbooks" / "dns.yml")
    done = site.run("apply", playbook, "-y")
    assert done.returncode == 0, done.stderr + done.stdout
    plan = site.run("plan", playbook)
    assert "No changes." in plan.stdout
    assert site.run("verify", playbook).returncode == 0
    secret = (site.folder / ".cmsdeploy" / "lab" / "dns.secret").read_text()
    texts = [done.stdout, done.stderr, *(path.read_text() for path in site.journals())]
    assert [text for text in texts if secret in text] == []


def _zone_file(site: Site, form: str) -> str:
    printed = site.run("dns", "zone", "--format", form)
    assert printed.returncode == 0, printed.stderr
    return printed.stdout


def test_the_zone_that_is_printed_is_one(named_site: tuple[Site, LabDns], tmp_path: Path) -> None:
    """named-checkzone takes it, and finds every name whole, each with one final dot."""
    site, _ = named_site
    printed = _zone_file(site, "bind")
    head = "$TTL 60\n@ IN SOA ns1 hostmaster 1 3600 600 86400 300\n@ IN NS ns1\nns1 IN A 10.0.0.1\n"
    file = tmp_path / "zone"
    file.write_text(head + printed)
    done = subprocess.run(
        [program("named-checkzone"), "-D", "-i", "full", "-k", "ignore", DOMAIN, str(file)],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    targets = re.findall(r"SRV\s+0 0 5223 (\S+)", done.stdout)
    assert targets == [f"cb{number}.{DOMAIN}." for number in (1, 2, 3)]
    assert f"{DOMAIN}.{DOMAIN}" not in done.stdout
    # The planted defect: without its dot, the target gets the zone once more.
    file.write_text(head + printed.replace(f"{DOMAIN}.\n", f"{DOMAIN}\n"))
    done = subprocess.run(
        [program("named-checkzone"), "-D", "-i", "full", "-k", "ignore", DOMAIN, str(file)],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert f"{DOMAIN}.{DOMAIN}" in done.stdout + done.stderr


def test_the_other_forms_name_the_same_records(named_site: tuple[Site, LabDns]) -> None:
    """Windows by two ways and the MMP: every target whole, every name once and below its zone."""
    site, _ = named_site
    for form, start, name in (
        ("windows", "dnscmd . /RecordAdd tptac9.com ", " _xmpp-component._tcp 86400 SRV "),
        ("powershell", "Add-DnsServerResourceRecord -ZoneName ", '-Name "_xmpp-component._tcp"'),
        ("mmp", 'dns add rr "', f"{COMPONENT}. 86400 IN SRV "),
    ):
        lines = _zone_file(site, form).splitlines()
        assert all(line.startswith(start) for line in lines[1:])
        own = [line for line in lines if name in line]
        assert [f"cb{n}.{DOMAIN}." in line for n, line in enumerate(own, start=1)] == [True] * 3
        assert f"{DOMAIN}.{DOMAIN}" not in "\n".join(lines)
    with site.lab.lock:
        box = site.lab.world.boxes["cb1"]
        said = [box.execute(line).text for line in lines if not line.startswith("#")]
    assert said == [""] * len(said)


def test_a_layout_that_nobody_knows_is_unknown_and_not_wrong(tmp_path: Path) -> None:
    """`dns lookup` prints places without more: that is not judged, and it is said."""
    folder = tmp_path / "site"
    make_site(folder)
    made = LabSite(
        load([folder / "inventories" / "lab"]), folder / "lab.yml", folder / ".cmsdeploy" / "lab"
    )
    with running_site(made, {"dns-lookup-layout": "targets"}, 0.0) as started:
        check = Site(folder, made.out, started.lab).run("dns", "check", "--boxes")
    assert check.returncode == 0, check.stderr
    assert check.stdout.count("[dns/box-unseen]") == 3
    assert "All records are as wanted" in check.stdout
