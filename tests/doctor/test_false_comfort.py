"""``doctor --from-log`` on texts that are not as the book has them: nothing wrong is passed over,
nobody is accused without a witness, and what was not understood is said."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cmsdeploy.cli.log_doctor import run_from_logs, told
from cmsdeploy.errors import InputError
from tests.doctor.test_logs import TWICE, found

ONE, TWO, THREE = (letter * 16 + "Ab1" for letter in "abc")


def _list(box: str, *records: tuple[str, str], domain: str = "Domain     : x.example\n") -> str:
    text = "".join(
        f"***\nCallbridge : {name}\n{domain}Secret     : {secret}\n" for name, secret in records
    )
    return f"{box}> xmpp callbridge list\n{text}"


def _lines(*texts: str) -> str:
    return "\n".join(told([("a.log", "".join(texts))])[1])


def _status(box: str, *peers: str) -> str:
    listed = "".join(f"{peer}:5222\n" for peer in peers)
    return f"{box}> xmpp cluster status\nState: FOLLOWER\nList of peers\n{listed}".rstrip() + (
        " (Leader)\n"
    )


def test_records_without_a_domain_are_compared_and_named() -> None:
    """The secrets differ, though no record is whole; and it is said that none is."""
    text = "".join(
        _list(box, ("cb1", secret), domain="")
        for box, secret in (("cb1", ONE), ("cb2", ONE), ("cb3", TWO))
    )
    assert found(text) == [("xmpp/secret-differs", "cb3")]
    assert "`xmpp callbridge list` of cb1 (a.log:1) as a whole" in _lines(text)
    assert not any(secret in _lines(text) for secret in (ONE, TWO))


def test_half_a_secret_is_not_another_secret() -> None:
    """A paste that ends in the middle accuses nobody: no secret differs, no record is missing."""
    whole = _list("cb1", ("cb1", ONE), ("cb2", TWO))
    other = whole.replace("cb1> ", "cb2> ")
    # From behind the name of the second record on: before it nothing shows that the list goes on.
    for end in range(other.index("Callbridge : cb2") + len("Callbridge : cb2"), len(other) - 1):
        cut = other[:end]
        assert found(whole + cut) == [], cut
        assert "`xmpp callbridge list` of cb2" in _lines(whole, cut), cut
    assert "`xmpp callbridge list` of cb2" not in _lines(whole, other)


def test_a_line_within_the_list_hides_no_record() -> None:
    """What a pager or a colleague wrote between the records does not end the list."""
    first = _list("cb1", ("cb1", ONE), ("cb2", TWO))
    other = _list("cb2", ("cb1", ONE), ("cb2", THREE)).replace(
        "***\nCallbridge : cb2", "-- more --\n***\nCallbridge : cb2"
    )
    assert ("xmpp/secret-differs", "cb2") in found(first + other)
    assert "`xmpp callbridge list` of cb2" in _lines(first, other)


def test_with_a_tie_nobody_is_wrong() -> None:
    """One server against one: that they differ is said, and how to tell which is right."""
    text = _list("cb1", ("cb1", ONE)) + _list("cb2", ("cb1", TWO))
    assert found(text) == [("xmpp/secret-differs", "cb2")]
    shown = " ".join(_lines(text).split())
    assert "cb2 and cb1 have different secrets for call bridge cb1" in shown
    assert "nothing here shows which one is right" in shown
    assert "Web Admin > Configuration > General of cb1" in shown
    assert "authentication failure" in shown
    assert "on cb2: xmpp callbridge del" not in shown


def test_with_a_tie_exchanged_secrets_accuse_nobody() -> None:
    """Both servers have the two secrets, each the other way round."""
    text = _list("cb1", ("a", ONE), ("b", TWO)) + _list("cb2", ("a", TWO), ("b", ONE))
    assert found(text) == [("xmpp/secrets-swapped", "cb2")]
    assert "nothing here shows which one is right" in " ".join(_lines(text).split())


def test_boxes_of_two_clusters_are_told_apart() -> None:
    """The entry that stands twice is charged to the box that shows it."""
    peers = ("10.1.0.1", "10.1.0.2")
    text = "".join(_status(box, *peers) for box in ("cb1", "cb2")).replace(
        "cb2> xmpp cluster status\nState: FOLLOWER", "cb2> xmpp cluster status\nState: LEADER"
    )
    text += TWICE.replace("cb1>", "cms-a>")
    assert found(text) == [("xmpp/duplicate-peer", "cms-a")]
    shown = " ".join(_lines(text).split())
    assert "on cb1: xmpp cluster remove" not in shown
    assert "a member that lists it and does not have the address 10.61.7.91" in shown
    assert "looked at apart: cb1, cb2; cms-a" in shown


def test_secrets_of_two_clusters_are_not_compared() -> None:
    """A call bridge of the same name in another cluster has another secret by right."""
    text = _status("cb1", "10.1.0.1", "10.1.0.2") + _list("cb1", ("a", ONE))
    text += _status("cb9", "10.9.0.1", "10.9.0.2") + _list("cb9", ("a", TWO))
    assert not [rule for rule, _ in found(text) if rule.startswith("xmpp/secret")]


def test_a_box_without_a_status_belongs_to_who_lists_the_same() -> None:
    """Of two clusters only one has a call bridge of that name: the secrets are compared."""
    text = _status("cb1", "10.1.0.1", "10.1.0.2") + _list("cb1", ("a", ONE))
    text += _status("cb9", "10.9.0.1", "10.9.0.2") + _list("cb9", ("z", THREE))
    assert ("xmpp/secret-differs", "cb2") in found(text + _list("cb2", ("a", TWO)))


ZONE = """$TTL 3600
$ORIGIN qc.example.
@   IN SOA ns1 admin (
        2024010101 ; serial (first)
        3600 900 604800 300 )
    IN NS ns1
; the servers
_xmpp-component._tcp  IN SRV 0 0 5222 cb1
                      IN SRV 0 0 5223 cb2.qc.example.
         300 IN SRV ( 0 0
             5223 cb3 )  ; closed here
_xmpp-client._tcp SRV 0 0 5222 {client}
cb1 A 10.0.0.11
cb2 IN 1h {second}
"""


def test_an_ordinary_zone_file_is_read() -> None:
    """Relative owners and targets, owners left out, parentheses, comments, `@`."""
    text = ZONE.format(client="cb1", second="CNAME other")
    assert found(text) == [("dns/cname-target", "DNS"), ("dns/wrong-port", "DNS")]
    shown = " ".join(_lines(text).split())
    assert "leads to cb1.qc.example at port 5222" in shown
    assert "cb2.qc.example, which is an alias of other.qc.example" in shown
    right = ZONE.replace("5222 cb1\n", "5223 cb1\n").format(client="cb1", second="A 10.0.0.12")
    assert found(right) == []


def test_a_final_dot_that_is_missing_is_found() -> None:
    """The zone is added to the whole name once more."""
    text = ZONE.replace("5222 cb1\n", "5223 cb1\n")
    missing = text.format(client="cb1.qc.example", second="A 10.0.0.12")
    assert found(missing) == [("dns/relative-target", "DNS")]
    assert found(missing.replace("$ORIGIN qc.example.\n", "")) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"Nothing of a box.\n> quoted mail\n",
        bytes(random.Random(1).randrange(256) for _ in range(20_000)),
    ],
    ids=["empty", "blank", "a mail", "binary"],
)
def test_what_is_no_log_of_a_box_is_refused(content: bytes, tmp_path: Path) -> None:
    """Exit code 3, never "no finding"."""
    file = tmp_path / "x.log"
    file.write_bytes(content)
    with pytest.raises(InputError) as error:
        run_from_logs([file], {})
    assert error.value.exit_code == 3
    assert "x.log" in error.value.cause
    assert "log" in error.value.action
