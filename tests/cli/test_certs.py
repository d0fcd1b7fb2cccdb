"""``certs``: check, expiry, bundle, request, sign, as a person types them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import cast

import pytest

from cmsdeploy.certificates.reading import read
from cmsdeploy.cli import main
from cmsdeploy.cli.certificate_tables import Dated, dates_as_lines
from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.lab.certificates.making import make_request as box_request
from tests.certificates.material import (
    DOMAIN,
    NOW,
    SECOND,
    SERVERS,
    Profile,
    issued,
    key_pem,
    pem,
    tree,
)
from tests.certificates.openssl import made

FULL = tree()
# It names one of the three servers that share it.
SHORT = pem(issued(DOMAIN, SECOND, Profile(names=(DOMAIN, SERVERS[0]))))
AT = ("--at", NOW.isoformat())


def run(*words: str | Path) -> int:
    """The exit code of a command line."""
    return main([str(word) for word in ("certs", *words)])


def put(path: Path, content: bytes) -> None:
    """A file as a careful person keeps it."""
    path.write_bytes(content)
    path.chmod(0o600)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The example of TAC 213479 with good files."""
    folder = tmp_path / "site"
    make_site(folder)
    files = {
        "abhiall.key": key_pem("p256-leaf"),
        "abhiall.cer": pem(FULL.leaf),
        "certall.cer": pem(FULL.second, FULL.first, FULL.root),
    }
    for name, content in files.items():
        put(folder / "files" / name, content)
    return folder


def inventory(site: Path) -> tuple[str, str]:
    """The option that names the inventory."""
    return "-i", str(site / "inventories" / "tac-213479")


def rules(captured: pytest.CaptureFixture[str]) -> set[tuple[str, tuple[str, ...]]]:
    """Rules and servers in the JSON that was printed."""
    shown = json.loads(captured.readouterr().out)
    found = cast("list[dict[str, list[str]]]", shown["findings"])
    return {(str(one["rule"]), tuple(one["servers"])) for one in found}


def test_good_files_of_an_inventory(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One certificate for three servers: nothing to say, exit code 0."""
    assert run("check", *inventory(site), *AT) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "All is well with 3 files."


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("abhiall.key", key_pem("p256-other"), "certificate/key-match"),
        ("abhiall.key", None, "certificate/unreadable"),
        ("abhiall.key", key_pem("p256-leaf", password=b"x"), "certificate/unreadable"),
        ("certall.cer", pem(FULL.root, FULL.second), "certificate/chain"),
        ("certall.cer", pem(FULL.root) + key_pem("p256-leaf"), "certificate/key-inside"),
        ("abhiall.cer", SHORT, "certificate/names"),
    ],
)
def test_what_is_wrong_is_told_once_for_all_servers(
    site: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, rule: str
) -> None:
    """Exit code 2, the rule, and the servers that it concerns."""
    path = site / "files" / name
    path.unlink()
    if content is not None:
        put(path, content)
    assert run("check", "--json", *inventory(site), *AT) == 2
    assert (rule, ("cb1", "cb2", "cb3")) in rules(capsys)


def test_a_wrong_order_is_a_note(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The bundle is written anew, in order, when it is uploaded: nobody has to do anything."""
    put(site / "files" / "certall.cer", pem(FULL.root, FULL.first, FULL.second))
    assert run("check", "--json", *inventory(site), *AT) == 0
    assert rules(capsys) == {("certificate/order", ("cb1", "cb2", "cb3"))}


def test_a_key_that_others_may_read_is_refused(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the command that mends it."""
    (site / "files" / "abhiall.key").chmod(0o640)
    assert run("check", *inventory(site), *AT) == 2
    assert "chmod 600 files/abhiall.key" in capsys.readouterr().out


def test_a_certificate_for_each_server(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three keys, three certificates, a joined trust; then the trust lacks one of them."""
    lines = ["all:", "  children:", "    xmpp_servers:", "      hosts:"]
    for number, server in enumerate(SERVERS, start=1):
        profile = Profile(key=f"p256-node{number}", names=(DOMAIN, server))
        leaf = pem(issued(server, SECOND, profile))
        put(site / "files" / f"n{number}.key", key_pem(profile.key))
        (site / "files" / f"n{number}.cer").write_bytes(leaf)
        roles = f"key: n{number}.key, cert: n{number}.cer, bundle: certall.cer, trust: all.crt"
        lines += [f"        cb{number}: {{ansible_host: 10.0.0.{number},"]
        lines += [f"          xmpp_certificate: {{{roles}}}}}"]
    lines += ["      vars: {xmpp_domain: tptac9.com, xmpp_listen: a}"]
    hosts = site / "inventories" / "three.yml"
    hosts.write_text("\n".join(lines) + "\n")
    leaves = [site / "files" / f"n{number}.cer" for number in (3, 1, 2)]
    trust = site / "files" / "all.crt"
    assert run("bundle", "--kind", "trust", "-o", trust, *leaves) == 0
    assert run("check", "-i", hosts, *AT) == 0
    assert run("bundle", "--kind", "trust", "--force", "-o", trust, *leaves[1:]) == 0
    capsys.readouterr()
    assert run("check", "--json", "-i", hosts, *AT) == 2
    assert ("certificate/trust", ("cb1", "cb2", "cb3")) in rules(capsys)
    assert run("check", "--json", "-i", hosts, *AT, "-l", "cb1") == 2
    assert rules(capsys) == {("certificate/trust", ("cb1",))}


def test_files_that_are_named(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an inventory; what each file is, is seen by what it holds."""
    files = [site / "files" / name for name in ("certall.cer", "abhiall.cer", "abhiall.key")]
    names = ("--domain", DOMAIN, "--server", SERVERS[0])
    assert run("check", *files, *AT, *names) == 0
    capsys.readouterr()
    assert run("check", "--json", *files[1:], *AT, "--domain", "x.org") == 2
    assert {rule for rule, _ in rules(capsys)} == {"certificate/chain", "certificate/names"}
    assert run("check", *files[:1], *AT) == 0
    assert run("check", files[2]) == 3
    assert run("check", site / "none.cer") == 3
    assert run("check", "--domain", "x.org", *inventory(site)) == 5
    assert run("check", *files, "--at", "tomorrow") == 5


def test_days_left(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What expires first is on top; the exit code is 2 from the moment that one has expired."""
    assert run("expiry", "--json", *inventory(site), *AT) == 0
    shown = json.loads(capsys.readouterr().out)["certificates"]
    assert [one["days_left"] for one in shown] == [300, 3000, 3000, 3000]
    assert shown[0]["servers"] == ["cb1", "cb2", "cb3"]
    assert run("expiry", *inventory(site), *AT, "--warn-days", "301") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["DAYS", "EXPIRES", "STATUS", "FILE", "SUBJECT"]
    assert lines[1].split()[2:4] == ["expires-soon", "files/abhiall.cer"]
    assert run("expiry", site / "files" / "abhiall.cer", "--at", "2999-01-01") == 2
    assert " expired " in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["bundle", "fullchain"])
def test_a_bundle_from_anything(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """PKCS#7, DER and Windows text, in any order, with one of them twice."""
    parts = tmp_path / "parts.pem"
    parts.write_bytes(pem(FULL.root, FULL.first))
    seven, raw, text = (tmp_path / name for name in ("a.p7b", "b.cer", "c.cer"))
    seven.write_bytes(made("crl2pkcs7", "-nocrl", "-certfile", str(parts)))
    raw.write_bytes(made("x509", "-outform", "DER", content=pem(FULL.second)))
    text.write_bytes(pem(FULL.leaf).decode().replace("\n", "\r\n").encode("utf-16"))
    out = tmp_path / "out.cer"
    assert run("bundle", "--kind", kind, "-o", out, text, seven, raw, parts) == 0
    leaf = (FULL.leaf,) if kind == "fullchain" else ()
    assert out.read_bytes() == pem(*leaf, FULL.second, FULL.first, FULL.root)
    assert "2 given more than once" in capsys.readouterr().out
    before = out.stat().st_mtime_ns
    assert run("bundle", "--kind", kind, "-o", out, text, seven, raw) == 0
    assert out.stat().st_mtime_ns == before
    out.write_bytes(b"mine")
    assert run("bundle", "--kind", kind, "-o", out, text, seven, raw) == 3
    assert out.read_bytes() == b"mine"
    assert run("bundle", "--force", "--kind", kind, "-o", out, text, seven, raw) == 0
    assert sorted(os.listdir(tmp_path)) == ["a.p7b", "b.cer", "c.cer", "out.cer", "parts.pem"]


def test_a_bundle_never_holds_or_overwrites_a_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused with exit code 3, and nothing is written."""
    mixed, good, out = (tmp_path / name for name in ("m.pem", "g.pem", "o.cer"))
    mixed.write_bytes(pem(FULL.root) + key_pem("p256-leaf"))
    good.write_bytes(pem(FULL.root))
    assert run("bundle", "-o", out, mixed) == 3
    assert not out.exists()
    out.write_bytes(key_pem("p256-leaf"))
    assert run("bundle", "--force", "-o", out, good) == 3
    assert out.read_bytes() == key_pem("p256-leaf")
    assert "holds a private key" in capsys.readouterr().err


def test_from_the_request_to_a_checked_site(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Request with the names of the inventory, sign, bundle, check: TAC 213479, steps 1 to 4."""
    files, authority = site / "files", site / "ca"
    for old in files.iterdir():
        old.unlink()
    made_for = ("--folder", files, "--field", "O=Acme")
    assert run("request", "abhiall", *made_for, *inventory(site)) == 0
    request = files / "abhiall.csr"
    assert run("sign", "--ca", authority, request) == 3
    assert run("sign", "--ca", authority, "--create", request) == 0
    assert run("sign", "--ca", authority, request) == 3  # the answer is there already
    (files / "abhiall.crt").rename(files / "abhiall.cer")
    above = (authority / "root.crt", authority / "intermediate.crt", files / "abhiall.cer")
    assert run("bundle", "-o", files / "certall.cer", *above) == 0
    capsys.readouterr()
    assert run("check", *inventory(site)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "All is well with 3 files."
    text = made("x509", "-in", str(files / "abhiall.cer"), "-noout", "-text").decode()
    for name in (DOMAIN, *SERVERS):
        assert f"DNS:{name}" in text


def test_a_request_by_hand(tmp_path: Path) -> None:
    """Without an inventory; a second one does not touch the first."""
    words = ("request", "a", "--folder", tmp_path, "--cn", "x.org", "--key", "ec-p256")
    assert run(*words, "--san", "y.org") == 0
    key = (tmp_path / "a.key").read_bytes()
    assert run(*words) == 3
    assert (tmp_path / "a.key").read_bytes() == key
    assert run(*words, "--field", "Acme") == 5


def _asked_of_boxes(site: Path) -> Path:
    """Requests that three boxes made are here; the inventory names the files to be. The folder."""
    path = next((site / "inventories" / "tac-213479").glob("*.yml"))
    text = path.read_text().replace("key: abhiall.key", "key: x30.key")
    text = text.replace("cert: abhiall.cer", "cert: x30.cer")
    text = text.replace("bundle: certall.cer", "bundle: ca30.cer")
    path.write_text(text.replace("trust: abhiall.cer", "trust: all30.cer"))
    files = site / "files"
    for host in ("cb1", "cb2", "cb3"):
        names = f"subjectAltName:{DOMAIN},{host}.{DOMAIN}"
        _, request = box_request([f"CN:{DOMAIN}", names])
        put(files / f"{host}-x30.csr", request)
    return files


def test_answers_to_requests_of_boxes_are_found_by_their_keys(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a plan finds them: the keys live on the boxes, and no file of theirs is expected."""
    files = _asked_of_boxes(site)
    assert run("check", "--json", *inventory(site)) == 0
    assert {rule for rule, _ in rules(capsys)} == {"certificate/awaited"}
    assert run("expiry", *inventory(site)) == 0
    requests = sorted(files.glob("*.csr"))
    assert run("sign", "--ca", site / "ca", "--create", *requests) == 0
    for number, answer in enumerate(sorted(files.glob("*.crt"))):
        answer.rename(files / f"answer ({number}).txt")
    for name in ("root.crt", "intermediate.crt"):
        put(files / f"authority {name}", (site / "ca" / name).read_bytes())
    capsys.readouterr()
    assert run("check", *inventory(site)) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("All is well with")
    assert run("expiry", "--json", *inventory(site)) == 0
    shown = json.loads(capsys.readouterr().out)["certificates"]
    assert {tuple(one["servers"]) for one in shown if "answer" in one["file"]} == {
        ("cb1",),
        ("cb2",),
        ("cb3",),
    }


def test_no_name_stands_twice_in_an_answer(tmp_path: Path) -> None:
    """A box adds the common name to the names, although it was given it among them."""
    _, request = box_request([f"CN:{DOMAIN}", f"subjectAltName:{DOMAIN},{SERVERS[0]}"])
    put(tmp_path / "a.csr", request)
    assert run("sign", "--ca", tmp_path / "ca", "--create", tmp_path / "a.csr") == 0
    text = made("x509", "-in", str(tmp_path / "a.crt"), "-noout", "-text").decode()
    assert text.count(f"DNS:{DOMAIN}") == 1


def test_no_authority_is_made_for_nothing(tmp_path: Path) -> None:
    """A request that is not there, or none, is refused first."""
    put(tmp_path / "no.csr", b"nothing\n")
    for name in ("none.csr", "no.csr"):
        assert run("sign", "--ca", tmp_path / "ca", "--create", tmp_path / name) == 3
        assert not (tmp_path / "ca").exists()


def test_above_a_gap_no_root_is_a_stranger(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One cause, one finding: the intermediate that is missing."""
    put(site / "files" / "certall.cer", pem(FULL.root))
    assert run("check", "--json", *inventory(site), *AT) == 2
    assert {rule for rule, _ in rules(capsys)} == {"certificate/chain"}


def test_two_leaves_blame_the_file_that_holds_them(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The own one is told by the key; the file of another server is not spoken of."""
    path = next((site / "inventories" / "tac-213479").glob("*.yml"))
    roles = ("key: abhiall.key", "cert: abhiall.cer", "trust: abhiall.cer")
    text = path.read_text()
    for role in roles:
        kind, _, name = role.partition(": ")
        own = f'{kind}: "{{{{ inventory_hostname }}}}.{name.rpartition(".")[2]}"'
        text = text.replace(role, own if kind != "trust" else "trust: joined.cer")
    path.write_text(text)
    leaves = []
    for host, server in zip(("cb1", "cb2", "cb3"), SERVERS, strict=True):
        profile = Profile(key=f"p256-{host}", names=(DOMAIN, server))
        leaves.append(issued(server, SECOND, profile))
        put(site / "files" / f"{host}.key", key_pem(profile.key))
        put(site / "files" / f"{host}.cer", pem(leaves[-1]))
    put(site / "files" / "cb1.cer", pem(leaves[1], leaves[0]))
    assert run("check", "--json", *inventory(site), *AT) == 2
    assert rules(capsys) == {("certificate/several-servers", ("cb1",))}


def test_a_closed_container_wants_the_word(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`passphrase:`, and an empty one is called empty, not wrong."""
    pfx = ("pkcs12", "-export", "-inkey", site / "files" / "abhiall.key", "-passout", "pass:x")
    words = [*map(str, pfx), "-in", str(site / "files" / "abhiall.cer")]
    put(site / "files" / "a.pfx", made(*words))
    path = next((site / "inventories" / "tac-213479").glob("*.yml"))
    text = path.read_text()
    path.write_text(text.replace("cert: abhiall.cer", "cert: {name: a.cer, source: files/a.pfx}"))
    assert run("check", *inventory(site), *AT) == 2
    assert "next: write passphrase: beside its name" in capsys.readouterr().out
    word = "passphrase: \"{{ lookup('env', 'NO_SUCH_WORD', default='') }}\""
    entry = f"cert: {{name: a.cer, source: files/a.pfx, {word}}}"
    path.write_text(text.replace("cert: abhiall.cer", entry))
    assert run("check", *inventory(site), *AT) == 2
    shown = capsys.readouterr().out
    assert "is given is empty" in shown
    assert "password is wrong" not in shown


def test_a_long_row_goes_on_below_itself() -> None:
    """No line is wider than the screen, and nothing is left out."""
    hosts = tuple(f"meeting-server-number-{number}" for number in range(9))
    leaf = read("a.cer", pem(FULL.leaf)).certificates[0]
    one = Dated(leaf, "a-certificate-of-the-cluster.cer", hosts, ("xmpp", "webadmin"))
    for width in (100, 120):
        lines = dates_as_lines([one], NOW, 30, width)
        assert max(map(len, lines)) <= width
        assert all(host in " ".join(lines) for host in hosts)
