"""The certificates of a task as the files of the site hold them, where they are there."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import pytest

from cmsdeploy.errors import InputError, Origin, RefusedError
from cmsdeploy.families import families
from cmsdeploy.families.dns.values import flag
from cmsdeploy.families.local_certificates import local_certificates
from cmsdeploy.families.parameters import Parameters
from cmsdeploy.model.action import Command
from cmsdeploy.model.certificate_order import CertificateOrder, FoundCertificate
from cmsdeploy.model.local_file import FileKind, LocalFile
from cmsdeploy.model.secret import Secret

ORIGIN = Origin("playbooks/site.yml", 1, 1)
NAMES = {"key": "a.key", "cert": "a.cer", "trust": "t.cer"}


def _file(name: str) -> LocalFile:
    body = base64.b64encode(name.encode()).decode()
    text = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    return LocalFile(name, name, FileKind.CERTIFICATES, text.encode(), name, ())


@dataclass
class _Site:
    """``together`` are the files that a certificate finds, ``alone`` those that are there."""

    together: tuple[str, ...] | None = None
    alone: tuple[str, ...] = ()
    host: str = "cb1"
    cluster: str = "default"
    origin: Origin = field(default_factory=lambda: ORIGIN)

    def local_file(self, name: str, source: str | None) -> LocalFile:
        if name not in self.alone:
            raise InputError(f"{name} is not here", "make it")
        return _file(source or name)

    def certificate(self, order: CertificateOrder) -> FoundCertificate:
        if self.together is None:
            raise InputError("the key does not match", "make another")
        files = {role: _file(NAMES[role]) for role in self.together}
        return FoundCertificate(files, NAMES)


def _held(site: _Site, **more: object) -> dict[str, list[bytes]]:
    given = {"certificate": {**NAMES, **more}}
    found = local_certificates(Parameters("pki", given, families()["pki"].parameters), site)
    return {role: [base64.b64decode(one.text.splitlines()[1]) for one in own]
            for role, own in found.items()}  # fmt: skip


@pytest.mark.parametrize(
    ("site", "held"),
    [
        (_Site(("key", "cert", "trust")), {"cert": [b"a.cer"], "trust": [b"t.cer"]}),
        (_Site(("cert",), ("t.cer",)), {"cert": [b"a.cer"], "trust": [b"t.cer"]}),
        (_Site(None, ("a.cer", "t.cer")), {"cert": [b"a.cer"], "trust": [b"t.cer"]}),
        (_Site(None, ("t.cer",)), {"trust": [b"t.cer"]}),
        (_Site(None), {}),
    ],
)
def test_each_role_is_read_from_what_is_there(site: _Site, held: dict[str, list[bytes]]) -> None:
    """By the whole certificate, else file by file; what is not here has no place."""
    assert _held(site) == held


def test_names_by_content_are_not_looked_for_alone() -> None:
    """The name of such a file is known only when the whole is read."""
    assert _held(_Site(None, ("a.cer", "t.cer")), names="content") == {}


def test_a_secret_is_no_certificate() -> None:
    """A key that stands in the place of one is not looked into."""

    class Keys(_Site):
        def certificate(self, order: CertificateOrder) -> FoundCertificate:
            key = LocalFile("a.cer", "a.cer", FileKind.KEY, Secret("x"), "key:1", ())
            return FoundCertificate({"cert": key}, NAMES)

    assert _held(Keys(alone=())) == {}


def test_an_error_says_what_to_do() -> None:
    """In the words of the parameter that is wrong."""
    with pytest.raises(InputError) as caught:
        flag({"x": "yes"}, "x", None)
    assert caught.value.action == "write x: true"
    with pytest.raises(RefusedError) as refused:
        Command(())
    assert refused.value.action == "say what is to be sent"
