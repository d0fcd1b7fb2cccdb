"""What a task orders, where the playbook alone names the files: domain and members all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cmsdeploy.certificates.new_files import write_new_files
from cmsdeploy.cli import main
from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.errors import InputError
from cmsdeploy.inventory import load
from cmsdeploy.lab.certificates.making import make_request as box_request
from cmsdeploy.model.certificate_order import CertificateOrder, FileEntry, RequestOrder
from cmsdeploy.model.secret import Secret
from cmsdeploy.playbook.certificate_desk import CertificateDesk
from cmsdeploy.playbook.site import FileRoom
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

HOSTS = ("cb1", "cb2", "cb3")
ROLES = {"key": "x2027.key", "cert": "x2027.cer", "bundle": "ca2027.cer", "trust": "all.cer"}
ORDER = CertificateOrder({role: FileEntry(name) for role, name in ROLES.items()})
ASKING = replace(ORDER, request=RequestOrder("x2027"))
CHAIN = (tree().second, tree().first, tree().root)


def desk_of(folder: Path, *, has_domain: bool = True) -> CertificateDesk:
    """The desk of the example of TAC 213479, whose inventory names other files than the task."""
    make_site(folder)
    hosts = folder / "inventories" / "tac-213479"
    path = next(one for one in hosts.glob("*.yml"))
    text = path.read_text()
    text = text if has_domain else text.replace("xmpp_domain: tptac9.com", "")
    path.write_text(text)
    room = FileRoom(folder, [folder], [folder], is_content_needed=True)
    return CertificateDesk(room, load([hosts]), NOW)


def put(folder: Path, files: dict[str, bytes]) -> None:
    """Files of the site, as a careful person keeps them."""
    write_new_files({folder / "files" / name: text for name, text in files.items()}, {})


def test_a_request_names_the_domain(tmp_path: Path) -> None:
    """It comes from the inventory, whatever files the inventory names."""
    desk = desk_of(tmp_path / "site")
    request = desk.found("cb1", ASKING).request
    assert request is not None
    assert request.words[0] == f"CN:{DOMAIN}"
    assert request.words[-1].startswith(f"subjectAltName:{DOMAIN},cb1,{SERVERS[0]}")


def test_the_trust_of_answers_holds_all_members(tmp_path: Path) -> None:
    """Three boxes make a key each; the trust is made of the three answers, or of none."""
    folder = tmp_path / "site"
    desk = desk_of(folder)
    for host in HOSTS:
        request = desk.found(host, ASKING).request
        assert request is not None
        _, made = box_request(request.words)
        request.keep(Secret(made))
    authority = tmp_path / "ca"
    words = ["certs", "sign", "--ca", str(authority), "--create"]
    files = [str(folder / "files" / f"{host}-x2027.csr") for host in HOSTS]
    assert main([*words, *files[:1]]) == 0
    put(folder, {"root.pem": (authority / "root.crt").read_bytes()})
    put(folder, {"above.pem": (authority / "intermediate.crt").read_bytes()})
    first = desk_again(desk).found("cb1", ASKING)
    assert first.waits_for == "the certificate of cb2, cb3"
    assert "trust" not in first.files
    assert main([*words, *files[1:]]) == 0
    found = desk_again(desk).found("cb2", ASKING)
    assert found.waits_for == ""
    assert len(found.files["trust"].public_keys) == 3
    assert len(set(found.files["trust"].public_keys)) == 3


def desk_again(desk: CertificateDesk) -> CertificateDesk:
    """A desk of the next run."""
    root = desk.files.new_folder.parent
    room = FileRoom(root, [root], [root], is_content_needed=True)
    return CertificateDesk(room, desk.inventory, desk.at)


def test_the_domain_is_demanded_of_a_file_too(tmp_path: Path) -> None:
    """`certificate/names` does not ask in which place the files are named."""
    desk = desk_of(tmp_path / "site")
    lonely = pem(issued("xmpp", SECOND, Profile(names=SERVERS)))
    put(tmp_path / "site", {"x2027.key": key_pem("p256-leaf"), "x2027.cer": lonely})
    put(tmp_path / "site", {"ca2027.cer": pem(*CHAIN)})
    with pytest.raises(InputError) as raised:
        desk.found("cb1", ORDER)
    assert "certificate/names" in raised.value.cause
    assert DOMAIN in raised.value.cause
    # Another service of the same box says that it has no domain.
    assert set(desk.found("cb1", replace(ORDER, domain="")).files) == set(ROLES)


def test_a_trust_is_not_made_of_guesses(tmp_path: Path) -> None:
    """One certificate for all makes it; of a server's own nobody knows where the others' are."""
    folder = tmp_path / "site"
    desk = desk_of(folder)
    put(folder, {"x2027.key": key_pem("p256-leaf"), "ca2027.cer": pem(*CHAIN)})
    put(folder, {"x2027.cer": pem(tree().leaf)})
    assert len(desk.found("cb1", ORDER).files["trust"].public_keys) == 1
    own = pem(issued("xmpp", SECOND, Profile(names=(DOMAIN, SERVERS[0]))))
    (folder / "files" / "x2027.cer").write_bytes(own)
    with pytest.raises(InputError, match="nobody says which file is that of cb2, cb3"):
        desk_again(desk).found("cb1", ORDER)


def test_a_domain_that_nobody_knows_is_said(tmp_path: Path) -> None:
    """No request is made without it."""
    desk = desk_of(tmp_path / "site", has_domain=False)
    with pytest.raises(InputError, match="cb1 has no xmpp_domain"):
        desk.found("cb1", ASKING)


def test_a_later_task_waits_for_the_same_answer(tmp_path: Path) -> None:
    """Its files are not missing: an earlier task of the same run asks for them."""
    desk = desk_of(tmp_path / "site")
    with pytest.raises(InputError, match="there is no local file"):
        desk.found("cb1", ORDER)
    assert desk.found("cb1", ASKING).waits_for
    assert desk.found("cb1", ORDER).waits_for == desk.found("cb1", ASKING).waits_for
