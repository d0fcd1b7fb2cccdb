"""What a task may say: every mistake is refused with its cause and the next action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.families import families
from cmsdeploy.families.contract import Site
from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.model.local_file import FileKind, LocalFile
from cmsdeploy.model.secret import Secret
from tests.contract.deployment import Deployment, TestSite

WANTED = Deployment()
GOOD: Mapping[str, Mapping[str, Any]] = {
    "xmpp": WANTED.server("cb1"),
    "callbridge": WANTED.bridge("cb1"),
    "pki": WANTED.certificates(),
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


class _OddFiles(TestSite):
    """A site whose key or certificate is not what its name says."""

    def __init__(self, **odd: LocalFile) -> None:
        super().__init__()
        object.__setattr__(self, "odd", odd)

    def local_file(self, name: str, source: str | None) -> LocalFile:
        odd: Mapping[str, LocalFile] = getattr(self, "odd")  # noqa: B009
        return odd.get(name.replace(".", "_")) or super().local_file(name, source)


KEY = LocalFile("node.key", "files/k", FileKind.KEY, Secret("k"), "key:9", ("9",))


@pytest.mark.parametrize(
    ("site", "said"),
    [
        (_OddFiles(node_key=KEY), "does not belong to the certificate"),
        (_OddFiles(node_key=LocalFile("node.key", "files/k", content=b"x")), "no private key"),
        (_OddFiles(node_cer=LocalFile("node.cer", "files/c", content=b"x")), "and holds none"),
    ],
)
def test_a_key_that_does_not_fit_is_refused_before_any_connection(site: Site, said: str) -> None:
    """The pair is checked here, where the remedy is."""
    with pytest.raises(InputError, match=said):
        families()["pki"].spec(GOOD["pki"], site)


def test_an_unread_file_is_taken_for_a_rendering() -> None:
    """Without the files of the site, the commands can still be printed."""
    site = _OddFiles(node_key=LocalFile("node.key", "files/node.key"))
    assert families()["pki"].spec(GOOD["pki"], site).key == "node.key"
    assert site.origin == Origin("playbooks/site.yml", 1, 1)
