"""Rows E1 to E9 of what is promised, counted: certificates are right before they are uploaded.

Each test prints its row. What is asked is what a plan asks: the findings that stop it, and the
files as they would be sent.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from cmsdeploy.certificates.findings import Expected, Finding, Severity
from cmsdeploy.certificates.prepared import Material, content_name, findings_of, rebuilt
from cmsdeploy.certificates.reading import Reading, read
from cmsdeploy.certificates.server_names import covers
from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.ownership import Me, check_own
from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.model.secret import Secret
from tests.certificates.cases import Case
from tests.certificates.forms import EC, PASSWORD, RSA, Form
from tests.certificates.material import (
    NOW,
    SECOND,
    Profile,
    der,
    issued,
    key_of,
    key_pem,
    pem,
    tree,
)
from tests.certificates.openssl import made, verifies
from tests.certificates.test_corpus import findings
from tests.certificates.test_server_names import ROWS, certificate_for

NAMES = {"key": "x.key", "cert": "x.cer", "bundle": "ca.cer", "trust": "trust.cer"}
CHAIN = (tree().second, tree().first, tree().root)


def material(**files: bytes) -> Material:
    """A server's files by role; the good ones where a role is not given."""
    good = {"key": key_pem(EC), "cert": pem(tree().leaf), "bundle": pem(*CHAIN)}
    readings = {role: read(role, content) for role, content in {**good, **files}.items()}
    leaf = readings["cert"].certificates[0] if readings["cert"].certificates else None
    return Material(readings, {} if leaf is None else {"cb1": leaf}, ("cert",))


def errors(one: Material) -> set[str]:
    """The rules that stop a plan, without the room's name."""
    found = findings_of(one, Expected(NOW))
    return {_word(each) for each in found if each.severity is Severity.ERROR}


def _word(finding: Finding) -> str:
    return finding.rule.partition("/")[2]


def uploads(one: Material) -> dict[str, LocalFile]:
    """What would be sent, by role."""
    return rebuilt(one, NAMES, NOW)


def text(file: LocalFile) -> bytes:
    """The bytes of a file."""
    return file.content.reveal() if isinstance(file.content, Secret) else file.content or b""


KINDS = ("rsa2048-e1", "rsa3072-e1", "rsa4096-leaf", "p256-e1", "p384-e1", "p521-e1")


def test_e1_a_key_belongs_to_its_certificate() -> None:
    """Six kinds of key, the right one and a wrong one of the same kind; openssl says the same."""
    good = 0
    for kind in KINDS:
        leaf = pem(issued("xmpp", SECOND, Profile(key=kind)))
        other = f"{kind.partition('-')[0]}-{'leaf' if kind.startswith('rsa4096') else 'other'}"
        wrong = key_pem("rsa2048-other") if kind == other else key_pem(other)
        for key, is_right in ((key_pem(kind), True), (wrong, False)):
            public = made("pkey", "-pubout", content=key)
            same = public == made("x509", "-pubkey", "-noout", content=leaf)
            is_refused = "key-match" in errors(material(key=key, cert=leaf))
            good += same is is_right and is_refused is not is_right
    print(f"E1: {good} of 12")
    assert good == 12


def test_e2_a_bundle_is_written_in_order(tmp_path: Path) -> None:
    """Every order of four certificates gives one file; what is missing is named; no duplicate, no
    stranger."""
    four = (tree().leaf, *CHAIN)
    sent = {text(uploads(material(bundle=pem(*order)))["bundle"]) for order in _orders(four)}
    assert sent == {pem(*CHAIN)}
    assert all(errors(material(bundle=pem(*order))) == set() for order in _orders(four))
    agreed = sum(
        verifies(tmp_path, pem(tree().leaf), [text(uploads(one)["bundle"])], [pem(CHAIN[2])], NOW)
        == ""
        for one in (material(bundle=pem(*order)) for order in _orders(four))
    )
    for gone in CHAIN:
        left = pem(*(one for one in CHAIN if one is not gone))
        named = [f.evidence for f in findings_of(material(bundle=left), Expected(NOW))]
        assert any(gone.subject.rfc4514_string() in evidence for evidence in named)
        assert "chain" in errors(material(bundle=left))
    assert "duplicate" in errors(material(bundle=pem(*CHAIN, CHAIN[0])))
    stranger = issued("Stranger", SECOND, Profile(key="p256-stranger", is_authority=True))
    assert "stranger" in errors(material(bundle=pem(*CHAIN, stranger)))
    print(f"E2: {agreed} of 24")
    assert agreed == 24


def _orders(every: tuple[x509.Certificate, ...]) -> list[tuple[x509.Certificate, ...]]:
    return list(itertools.permutations(every))


def test_e3_dates_to_the_second() -> None:
    """The first and the last second belong to the time of a certificate, their neighbours not."""
    leaf = issued("xmpp", SECOND, Profile(days=(-30, 300)))
    start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    rows = [(start, -1, "not-yet-valid"), (start, 0, ""), (start, 1, "")]
    rows += [(end, -1, "expires-soon"), (end, 0, "expires-soon"), (end, 1, "expired")]
    good = 0
    for edge, seconds, word in rows:
        at = edge + timedelta(seconds=seconds)
        found = findings_of(material(cert=pem(leaf)), Expected(at))
        own = {_word(one) for one in found if one.file == "cert"}
        good += own == ({word} if word else set())
    print(f"E3: {good} of 6")
    assert good == 6


def test_e4_names() -> None:
    """The table of names, which `openssl x509 -checkhost` is asked about elsewhere."""
    good = sum(
        covers(read("c", certificate_for(names)).certificates[0].extensions, server) is is_covered
        for names, server, is_covered in ROWS
    )
    print(f"E4: {good} of {len(ROWS)}")
    assert good == len(ROWS) >= 30


def _counted(corpus: Mapping[str, Case], chosen: list[str]) -> int:
    return sum(
        {one.rule for one in findings(corpus[name])} == corpus[name].rules for name in chosen
    )


def test_e5_weak_keys_and_signatures(corpus: dict[str, Case]) -> None:
    """Every case of the corpus about a key or a signature that a box does not take."""
    about = {f"certificate/{word}" for word in ("key-size", "key-algorithm", "signature-algorithm")}
    chosen = [name for name, case in corpus.items() if case.rules & about]
    good = _counted(corpus, chosen)
    print(f"E5: {good} of {len(chosen)}")
    assert good == len(chosen) >= 10


def test_e6_what_a_certificate_is_for(corpus: dict[str, Case]) -> None:
    """Every case of the corpus about usage, extended usage and authorities."""
    about = {"certificate/authority-flag", "certificate/path-length"}
    chosen = [
        name
        for name, case in corpus.items()
        if name.startswith(("EKU", "KU")) or case.rules & about
    ]
    good = _counted(corpus, chosen)
    print(f"E6: {good} of {len(chosen)}")
    assert good == len(chosen) >= 12


def test_e7_every_form_is_sent_as_clean_pem(every: list[Form]) -> None:
    """Taken or refused as the table says; what is sent holds the same DER, and is ours."""
    good = 0
    for form in every:
        word = Secret(PASSWORD) if form.is_locked else None
        try:
            reading = read(form.name, form.content, word)
        except InputError:
            good += bool(form.refused)
            continue
        good += not form.refused and _is_same(form, reading)
    print(f"E7: {good} of {len(every)}")
    assert good == len(every) >= 34


def _is_same(form: Form, reading: Reading) -> bool:
    if form.key:
        sent = rebuilt(Material({"key": reading}), {"key": "x.key"}, NOW)["key"]
        key = serialization.load_pem_private_key(text(sent), None)
        same_key = key.public_key() == key_of(form.key).public_key()
        if not form.holds:
            return same_key and b"\r" not in text(sent)
    if not reading.certificates:
        return not form.holds
    made_of = Material({"cert": reading}, {"a": reading.certificates[0]})
    sent = rebuilt(made_of, {"cert": "x.cer"}, NOW)["cert"]
    held = {one.der for one in read("sent", text(sent)).certificates}
    return held <= set(form.holds) and b"PRIVATE" not in text(sent) and b"\r" not in text(sent)


def test_e8_a_key_among_certificates_is_never_sent() -> None:
    """Three places, in the certificate, the bundle and the trust, three kinds of block: refused,
    and what would be sent holds no byte of it."""
    traditional = made("rsa", "-traditional", content=key_pem(RSA))
    kinds = (key_pem(RSA), traditional, made("ec", content=key_pem(EC)))
    refused = rows = leaked = 0
    for role, key, place in itertools.product(("cert", "bundle", "trust"), kinds, range(3)):
        blocks = [pem(one) for one in ((tree().leaf,) if role != "bundle" else CHAIN)]
        blocks.insert(min(place, len(blocks)), key)
        one = material(**{role: b"".join(blocks)})
        rows += 1
        refused += "key-inside" in errors(one)
        sent = uploads(one)
        leaked += sum(b"PRIVATE" in text(sent[each]) for each in sent if each != "key")
    print(f"E8: refused {refused} of {rows}; bytes of key that would be sent: {leaked}")
    assert (refused, leaked) == (rows, 0)


def test_e9_hostile_files_end_soon(every: list[Form]) -> None:
    """Each that is refused ends in a named error within five seconds of work."""
    slowest, count = 0.0, 0
    for form in every:
        if not form.refused:
            continue
        started = time.process_time()
        with pytest.raises(InputError):
            read(form.name, form.content, Secret(PASSWORD) if form.is_locked else None)
        slowest = max(slowest, time.process_time() - started)
        count += 1
    print(f"E9: {count} refused, the slowest within 5 s: {slowest < 5}")
    assert slowest < 5


def test_a_container_gives_each_role_its_part() -> None:
    """One .pfx for key, certificate, bundle and trust: the key is in the key file only."""
    key = tmp_pfx()
    one = Material(dict.fromkeys(NAMES, key), {"cb1": key.certificates[0]})
    assert errors(one) == set()
    sent = uploads(one)
    assert text(sent["cert"]) == pem(tree().leaf)
    assert text(sent["bundle"]) == pem(*CHAIN)
    assert text(sent["trust"]) == pem(tree().leaf)
    assert [role for role in sent if b"PRIVATE" in text(sent[role])] == ["key"]


def tmp_pfx() -> Reading:
    """Everything in one locked PKCS#12 file."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key = key_of(EC)
    content = pkcs12.serialize_key_and_certificates(
        b"x",
        key,
        tree().leaf,
        [CHAIN[2], CHAIN[0], CHAIN[1]],
        BestAvailableEncryption(PASSWORD),
    )
    return read("x.pfx", content, Secret(PASSWORD))


def test_a_full_chain_has_the_leaf_first() -> None:
    """For a web bridge: leaf, intermediates, root."""
    names = {**NAMES, "fullchain": "full.cer"}
    sent = rebuilt(material(bundle=pem(*CHAIN[::-1])), names, NOW)
    assert text(sent["fullchain"]) == pem(tree().leaf, *CHAIN)


def test_names_by_content_tell_contents_apart() -> None:
    """Eight digits; of a key those of its public half; the same content has the same name."""
    first, second = uploads(material()), uploads(material(bundle=pem(*CHAIN[::-1])))
    named = {role: content_name(NAMES[role], one) for role, one in first.items()}
    assert named == {role: content_name(NAMES[role], one) for role, one in second.items()}
    assert named["key"] == f"x-{first['key'].public_keys[0][:8]}.key"
    renewed = issued("xmpp", SECOND, Profile(serial=7))
    assert content_name("x.cer", uploads(material(cert=pem(renewed)))["cert"]) != named["cert"]


OWN, OTHER = 1000, 1001


@pytest.mark.parametrize("user", [OWN, OTHER])
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o604, 0o660, 0o644])
def test_h5_a_key_is_mine_alone(mode: int, user: int) -> None:
    """H5, for keys: twelve pairs of mode and owner."""
    found = os.stat_result((0o100000 | mode, 1, 1, 1, user, user, 10, 0, 0, 0))
    me = Me(frozenset({OWN}), OWN)
    if mode in (0o600, 0o400) and user == OWN:
        check_own(found, Origin("files/x.key"), me)
        return
    with pytest.raises(InputError) as caught:
        check_own(found, Origin("files/x.key"), me)
    assert "files/x.key" in caught.value.action


def test_der_is_kept() -> None:
    """The material is what is sent: DER by DER."""
    assert read("sent", text(uploads(material())["cert"])).certificates[0].der == der(tree().leaf)
