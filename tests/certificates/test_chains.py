"""Whatever the order, one output; whatever is missing, its name."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from cryptography import x509

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.chains import Arrangement, arrange, path_from
from cmsdeploy.certificates.reading import read
from cmsdeploy.errors import InputError
from tests.certificates.material import (
    DOMAIN,
    FIRST,
    NOW,
    ROOT,
    SECOND,
    SERVERS,
    Issuer,
    Profile,
    authority,
    issued,
    pem,
    tree,
)
from tests.certificates.openssl import verifies


def parsed(*certificates: x509.Certificate) -> list[Certificate]:
    """As they are read from one file."""
    return list(read("all.pem", pem(*certificates)).certificates)


@cache
def node(number: int) -> x509.Certificate:
    """The certificate of one member."""
    profile = Profile(key=f"p256-node{number}", names=(DOMAIN, SERVERS[number - 1]))
    return issued(SERVERS[number - 1], SECOND, profile)


@pytest.mark.parametrize("kind", list(Arrangement))
def test_every_order_gives_one_file(kind: Arrangement, tmp_path: Path) -> None:
    """All 24 permutations of 4 certificates; the result verifies with openssl."""
    full = tree()
    wanted = {
        Arrangement.BUNDLE: pem(full.second, full.first, full.root),
        Arrangement.TRUST: pem(full.leaf),
        Arrangement.FULL_CHAIN: pem(full.leaf, full.second, full.first, full.root),
    }
    made = [
        arrange(parsed(*order), kind, NOW).pem
        for order in permutations((full.leaf, full.second, full.first, full.root))
    ]
    assert made == [wanted[kind]] * 24
    said = verifies(tmp_path, pem(full.leaf), [made[0]], [pem(full.root)], NOW)
    assert kind is Arrangement.TRUST or said == ""


@pytest.mark.parametrize("missing", ["root", "first", "second"])
@pytest.mark.parametrize("kind", [Arrangement.BUNDLE, Arrangement.FULL_CHAIN])
def test_what_is_missing_is_named(missing: str, kind: Arrangement) -> None:
    """The name of the issuer that nobody gave."""
    full = tree()
    given = {"root": full.root, "first": full.first, "second": full.second, "leaf": full.leaf}
    gone = given.pop(missing)
    # Without the second, the first has no leaf above it: its own end is what is found first.
    with pytest.raises(InputError) as caught:
        arrange(parsed(*given.values()), kind, NOW)
    assert gone.subject.rfc4514_string() in caught.value.cause


def test_authorities_alone_make_a_bundle() -> None:
    """Without a leaf, the lowest authority comes first."""
    full = tree()
    found = arrange(parsed(full.root, full.first, full.second), Arrangement.BUNDLE, NOW)
    assert found.pem == pem(full.second, full.first, full.root)


def test_duplicates_are_written_once() -> None:
    """The same certificate twice is one."""
    full = tree()
    every = parsed(full.root, full.leaf, full.second, full.root, full.first, full.second)
    assert len(arrange(every, Arrangement.FULL_CHAIN, NOW).certificates) == 4


def test_a_stranger_is_refused() -> None:
    """A certificate above nobody is not published."""
    full, other = tree(), Issuer("Stranger", "p256-other")
    every = parsed(full.root, full.leaf, full.second, full.first, authority(other, other))
    with pytest.raises(InputError, match="Stranger has no part in the chain"):
        arrange(every, Arrangement.BUNDLE, NOW)


def test_cross_signed_authorities_give_one_way() -> None:
    """The shorter way to a root, in every order; the longer where it is the only one."""
    full, other = tree(), Issuer("Other Root", "p256-other")
    crossed, top = authority(FIRST, other), authority(other, other)
    every = (full.leaf, full.second, full.first, full.root, crossed, top)
    made = {arrange(parsed(*order), Arrangement.BUNDLE, NOW).pem for order in permutations(every)}
    assert len(made) == 1
    longer = arrange(parsed(full.leaf, full.second, crossed, top), Arrangement.BUNDLE, NOW)
    assert longer.pem == pem(full.second, crossed, top)


def test_a_valid_way_is_preferred_to_an_expired_one() -> None:
    """The same authority, signed again in time."""
    old = Profile(key=FIRST.key, names=(), is_authority=True, extended=None, days=(-100, -1))
    expired, full = issued(FIRST.name, ROOT, old), tree()
    every = parsed(expired, full.leaf, full.second, full.first, full.root)
    assert arrange(every, Arrangement.BUNDLE, NOW).pem == pem(full.second, full.first, full.root)


def test_the_impostor_is_told_from_the_missing() -> None:
    """An issuer of the same name and another key is said to be just that."""
    full = tree()
    impostor = authority(replace(SECOND, key="p256-impostor"), FIRST)
    # Strangers are looked for later: the gap is what a person has to close first.
    with pytest.raises(InputError, match="it has the name, and another key"):
        arrange(parsed(full.leaf, impostor, full.first, full.root), Arrangement.FULL_CHAIN, NOW)


def test_the_trust_is_all_members_or_the_shared_one() -> None:
    """Leaves only, whatever else is in the files, in one order."""
    full, nodes = tree(), [node(1), node(2), node(3)]
    made = {
        arrange(parsed(full.root, *order, full.second), Arrangement.TRUST, NOW).pem
        for order in permutations(nodes)
    }
    assert made == {pem(*nodes)}
    assert arrange(parsed(full.leaf, full.leaf), Arrangement.TRUST, NOW).pem == pem(full.leaf)
    with pytest.raises(InputError, match="none of the files holds"):
        arrange(parsed(full.root, full.first), Arrangement.TRUST, NOW)


def test_members_under_one_authority_share_a_bundle() -> None:
    """Three leaves and one chain make one bundle; a full chain takes one leaf."""
    full = tree()
    every = parsed(node(3), full.root, node(1), full.second, node(2), full.first)
    bundle = arrange(every, Arrangement.BUNDLE, NOW)
    assert bundle.pem == pem(full.second, full.first, full.root)
    with pytest.raises(InputError, match="3 are given"):
        arrange(every, Arrangement.FULL_CHAIN, NOW)


def test_a_self_signed_server_is_its_own_root() -> None:
    """It is the leaf of the trust and the root of the bundle."""
    alone = issued(DOMAIN, Issuer(DOMAIN, "p256-leaf"), Profile())
    for kind in Arrangement:
        assert arrange(parsed(alone), kind, NOW).pem == pem(alone)


def test_a_thicket_of_authorities_ends_soon() -> None:
    """Twenty authorities that all signed each other have more ways than there is time."""
    name = Issuer("Thicket", "p256-thicket")
    thicket = [
        issued(name.name, name, Profile(key=name.key, names=(), is_authority=True, serial=number))
        for number in range(1, 10)
    ]
    crossed = [authority(name, Issuer(f"T{n}", f"p256-t{n}")) for n in range(5)]
    crossed += [authority(Issuer(f"T{n}", f"p256-t{n}"), name) for n in range(5)]
    leaf = issued("xmpp", name, Profile())
    started = time.process_time()
    path = path_from(parsed(leaf)[0], parsed(*thicket, *crossed), NOW)
    assert path.is_complete
    assert time.process_time() - started < 5
