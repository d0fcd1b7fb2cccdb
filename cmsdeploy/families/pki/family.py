"""The five verbs of ``pki``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cmsdeploy.errors import InputError
from cmsdeploy.families.contract import Outcome, Site, VersionRange
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.families.ladder import Ladder, climb
from cmsdeploy.families.parameters import Parameters, certificate_names, local_files
from cmsdeploy.families.pki.commands import LIST, SERVICES, match
from cmsdeploy.families.pki.explanations import EXPLANATIONS
from cmsdeploy.families.pki.facts import PkiState, understand
from cmsdeploy.families.pki.ladder import file_rung
from cmsdeploy.families.pki.rules import refusals
from cmsdeploy.model.action import Download, Read, Replies
from cmsdeploy.model.finding import Explanation
from cmsdeploy.model.local_file import FileKind, LocalFile
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Problem

__all__ = ["PkiFamily", "PkiSpec"]

_READS = frozenset({"list", "inspect", "match", "verify"})


@dataclass(frozen=True)
class PkiSpec:
    """The files that shall stand on one host, and which key belongs to which certificate."""

    cluster: str
    files: tuple[LocalFile, ...]
    key: str
    certificate: str


PARAMETERS = (
    Parameter(
        "certificate",
        Form.FILES,
        "The names of the files on the box, by role; each may have a source here.",
        is_needed=True,
    ),
)


@dataclass(frozen=True)
class PkiFamily:
    """Files on the box: upload, compare, key matches certificate. In every CMS version."""

    name: str = "pki"
    parameters: tuple[Parameter, ...] = PARAMETERS
    versions: VersionRange = field(default_factory=VersionRange)
    explanations: Mapping[str, Explanation] = field(
        default_factory=lambda: EXPLANATIONS, hash=False, repr=False
    )

    def spec(self, parameters: Mapping[str, Any], site: Site) -> PkiSpec:
        read = Parameters(self.name, parameters, PARAMETERS)
        names = certificate_names(read)
        files = local_files(read, site)
        _check_pair({file.name: file for file in files}, names["key"], names["cert"])
        return PkiSpec(site.cluster, files, names["key"], names["cert"])

    def reads(self, spec: PkiSpec) -> tuple[Read, ...]:
        downloads = tuple(Download(file.name) for file in spec.files)
        return (LIST, *SERVICES, match(spec.key, spec.certificate), *downloads)

    def state(self, replies: Replies) -> PkiState:
        return understand(replies)

    def blank(self, spec: PkiSpec) -> PkiState:
        return PkiState(names=frozenset())

    def steps(
        self,
        desired: Mapping[str, PkiSpec],
        observed: Mapping[str, PkiState],
        made: frozenset[SecretRef],
    ) -> Outcome:
        refused = tuple(
            refusal
            for host, spec in desired.items()
            for refusal in refusals(host, spec.cluster, observed[host], spec.files)
        )
        steps, predicted = climb(
            Ladder(
                host,
                self.name,
                spec.cluster,
                observed[host],
                [file_rung(observed[host], spec.files, file) for file in spec.files],
            )
            for host, spec in desired.items()
        )
        return Outcome(steps, refused, predicted=predicted)

    def problems(
        self, desired: Mapping[str, PkiSpec], observed: Mapping[str, PkiState]
    ) -> tuple[Problem, ...]:
        return ()

    def summary(
        self, desired: Mapping[str, PkiSpec], observed: Mapping[str, PkiState]
    ) -> tuple[str, ...]:
        return ()

    def secrets(self, spec: PkiSpec, state: PkiState) -> Mapping[SecretRef, Secret]:
        return {}

    def is_read(self, words: tuple[str, ...]) -> bool:
        return words[0] == self.name and words[1:2] != () and words[1] in _READS

    def shows_secrets(self, words: tuple[str, ...]) -> bool:
        return False


def _check_pair(files: Mapping[str, LocalFile], key_name: str, certificate_name: str) -> None:
    key, certificate = files[key_name], files[certificate_name]
    if key.content is None or certificate.content is None:
        return
    if key.kind is not FileKind.KEY:
        raise InputError(
            f"{key.source} is named as the key and holds no private key",
            "name the file with the key; a PEM one begins with -----BEGIN … PRIVATE KEY-----",
        )
    if certificate.kind is not FileKind.CERTIFICATES:
        raise InputError(
            f"{certificate.source} is named as the certificate and holds none",
            "name the file with the certificate; look into it with: cmsdeploy certs check FILE",
        )
    if key.public_keys[:1] != certificate.public_keys[:1]:
        raise InputError(
            f"the key {key.source} does not belong to the certificate {certificate.source}",
            "bring the key that the request for this certificate was made with",
        )
