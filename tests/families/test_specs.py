"""What a task may say: every mistake is refused with its cause and the next action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.families import families
from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.model.local_file import LocalFile
from tests.contract.deployment import Deployment, TestSite

WANTED = Deployment()
GOOD: Mapping[str, Mapping[str, Any]] = {
    "xmpp": WANTED.server("cb1"),
    "callbridge": WANTED.bridge("cb1"),
    "pki": WANTED.certificates("cb1"),
    "mmp": WANTED.gate("cb1"),
}
FILES = GOOD["pki"]["certificate"]

MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("xmpp", {"domian": "a.com"}, "did you mean 'domain'?"),
    ("xmpp", {"zzz": 1}, "it knows: domain"),
    ("xmpp", {"domain": None}, "needs 'domain'"),
    ("xmpp", {"domain": ""}, "needs 'domain'"),
    ("xmpp", {"domain": 7}, "this is a number"),
    ("xmpp", {"domain": True}, "this is true or false"),
    ("xmpp", {"domain": "a b"}, "cannot be a domain"),
    ("xmpp", {"domain": "a.com; reboot"}, "cannot be a domain"),
    ("xmpp", {"domain": "a.com\nxmpp reset"}, "cannot be a domain"),
    ("xmpp", {"domain": "-a.com"}, "cannot be a domain"),
    ("xmpp", {"domain": "a" * 254}, "cannot be a domain"),
    ("xmpp", {"listen": []}, "needs 'listen'"),
    ("xmpp", {"listen": ["a", 1]}, "list of texts"),
    ("xmpp", {"listen": {"a": 1}}, "this is a mapping"),
    ("xmpp", {"listen": ["a", "a"]}, "stands twice"),
    ("xmpp", {"listen": ["a b"]}, "cannot be an interface"),
    ("xmpp", {"listen": ["a;b"]}, "cannot be an interface"),
    ("xmpp", {"callbridges": ["cb1", "cb1"]}, "stands twice"),
    ("xmpp", {"callbridges": ["cb1.example.com"]}, "cannot be the name of a call bridge"),
    ("xmpp", {"callbridges": ["-cb1"]}, "cannot be the name of a call bridge"),
    ("xmpp", {"callbridges": ["list"]}, "is a word of the xmpp commands"),
    ("xmpp", {"callbridges": ["a" * 64]}, "cannot be the name of a call bridge"),
    ("xmpp", {"callbridges_absent": ["cb1"]}, "both wanted and not wanted"),
    ("xmpp", {"first": None}, "needs 'first'"),
    ("xmpp", {"address": None}, "needs 'address'"),
    ("xmpp", {"recipe": "tac-1"}, "choose one of: tac-217319, tac-213479"),
    ("xmpp", {"certificate": None}, "as a mapping"),
    ("xmpp", {"certificate": {**FILES, "trust": None}}, "has no 'trust'"),
    ("xmpp", {"certificate": {**FILES, "key": None}}, "has no 'key'"),
    ("xmpp", {"certificate": {**FILES, "crt": "a"}}, "did you mean 'cert'?"),
    ("xmpp", {"certificate": {**FILES, "key": "../a.key"}}, "cannot be the name of a file"),
    ("xmpp", {"certificate": {**FILES, "key": 1}}, "has to be a file name"),
    ("xmpp", {"certificate": {**FILES, "key": {"source": "a"}}}, "has to be a file name"),
    ("xmpp", {"certificate": {**FILES, "key": {"name": "a.key", "x": 1}}}, "has to be a file name"),
    ("pki", {"certificate": {**FILES, "key": {"name": "a", "source": "x"},
                             "cert": {"name": "a", "source": "y"}}}, "come from two files"),
    ("pki", {"certificate": {**FILES, "names": "random"}}, "names cannot be 'random'"),
    ("pki", {"certificate": {**FILES, "key": {"name": "a.key", "passphrase": 7}}}, "a file name"),
    ("pki", {"skip_checks": ["names"]}, "is no rule"),
    ("pki", {"skip_checks": 7}, "list of texts"),
    ("pki", {"warn_days": "30"}, "a number of days"),
    ("pki", {"warn_days": True}, "a number of days"),
    ("pki", {"names": ["cb1", 7]}, "list of texts"),
    ("pki", {"domain": 7}, "this is a number"),
    ("pki", {"csr": "node"}, "as a mapping"),
    ("pki", {"csr": {"CN": "a"}}, "cannot have the name"),
    ("pki", {"csr": {"name": "a.key"}}, "cannot have the name"),
    ("pki", {"csr": {"name": "../a"}}, "cannot have the name"),
    ("pki", {"csr": {"name": 7}}, "name of csr has to be text"),
    ("pki", {"csr": {"name": "a" * 59}}, "cannot have the name"),
    ("pki", {"csr": {"name": "node", "cert": "a"}}, "it knows: name, where"),
    ("pki", {"csr": {"name": "node", "where": "there"}}, "cannot be made 'there'"),
    ("pki", {"csr": {"name": "node", "O": 7}}, "O of csr has to be text"),
    ("pki", {"csr": {"name": "other"}}, "the box will call the new key other.key"),
    ("pki", {"csr": {"name": "node", "subjectAltName": [7]}}, "list of texts"),
    ("callbridge", {"name": None}, "needs 'name'"),
    ("callbridge", {"name": "cb1.example.com"}, "without a domain part"),
    ("callbridge", {"domain": "a b"}, "cannot be a domain"),
    ("callbridge", {"server_address": "a;b"}, "cannot be a server address"),
    ("callbridge", {"secret": "x"}, "has no parameter 'secret'"),
    ("mmp", {"command": "xmpp reset"}, "is never sent"),
    ("mmp", {"command": "dns; reboot"}, "cannot be one word"),
    ("mmp", {"read": "reboot"}, "not known to only read"),
    ("mmp", {"read": "xmpp callbridge list"}, "not known to only read"),
    ("mmp", {"read": None}, "needs 'read'"),
    ("mmp", {"shows": None}, "needs 'shows'"),
    ("mmp", {"risk": "none"}, "choose one of: safe, disruptive, destructive"),
]  # fmt: skip


@pytest.mark.parametrize(("family", "change", "said"), MISTAKES)
def test_a_mistake_is_refused(family: str, change: dict[str, Any], said: str) -> None:
    """One wrong parameter, one error, in words; a value that is None is left out."""
    given = {n: v for n, v in {**GOOD[family], **change}.items() if v is not None}
    with pytest.raises(InputError) as error:
        families()[family].spec(given, TestSite())
    assert said in str(error.value)
    assert error.value.action


@pytest.mark.parametrize("family", sorted(GOOD))
def test_good_parameters_are_taken(family: str) -> None:
    """The parameters that all other tests start from."""
    assert families()[family].spec(GOOD[family], TestSite()) is not None


def test_one_text_is_a_list_of_one() -> None:
    """`listen: a` means what `listen: [a]` means."""
    spec = families()["xmpp"].spec({**GOOD["xmpp"], "listen": "a"}, TestSite())
    assert spec.listen == ("a",)


def test_the_secret_of_a_bridge_has_a_short_name_in_the_default_cluster() -> None:
    """Two clusters may have a call bridge of the same name; their secrets are two."""
    assert str(callbridge_secret("default", "cb1")) == "callbridge/cb1"
    assert str(callbridge_secret("paris", "cb1")) == "callbridge/paris/cb1"


class _Unread(TestSite):
    """A site whose files are not there: a rendering."""

    def local_file(self, name: str, source: str | None) -> LocalFile:
        return LocalFile(name, f"files/{name}")


def test_an_unread_file_is_taken_for_a_rendering() -> None:
    """Without the files of the site, the commands can still be printed."""
    site = _Unread()
    assert families()["pki"].spec(GOOD["pki"], site).key == "node.key"
    assert site.origin == Origin("playbooks/site.yml", 1, 1)
