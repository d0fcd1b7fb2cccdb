"""Every certificate of the corpus has the findings that it should, and openssl agrees."""

from __future__ import annotations

from pathlib import Path

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.chain_checks import check_chain
from cmsdeploy.certificates.checks import check_server_certificate
from cmsdeploy.certificates.findings import Expected, Finding, Server
from cmsdeploy.certificates.reading import read
from tests.certificates.cases import Case
from tests.certificates.material import DOMAIN, NOW, SERVERS
from tests.certificates.openssl import verifies

EXPECTED = Expected(NOW, DOMAIN, tuple(Server(one, (one,)) for one in SERVERS))


def certificates(case: Case) -> tuple[Certificate, list[Certificate]]:
    """The leaf and the others."""
    above = [one for text in case.above for one in read("above", text).certificates]
    return read("leaf", case.leaf).certificates[0], above


def findings(case: Case) -> tuple[Finding, ...]:
    """Everything that is found for a case."""
    leaf, above = certificates(case)
    return (*check_server_certificate(leaf, EXPECTED), *check_chain(leaf, above, EXPECTED))


def test_every_case_has_its_findings(corpus: dict[str, Case]) -> None:
    """The rules that are found are those of the case, no more and no fewer."""
    found = {name: {one.rule for one in findings(case)} for name, case in corpus.items()}
    assert found == {name: set(case.rules) for name, case in corpus.items()}


def test_the_corpus_is_large_enough(corpus: dict[str, Case]) -> None:
    """At least 60 files, each name once."""
    assert len(corpus) >= 60


def test_openssl_agrees(corpus: dict[str, Case], tmp_path: Path) -> None:
    """Its verdict is ours, or the case says why it is not."""
    differ = {}
    for name, case in corpus.items():
        _, above = certificates(case)
        roots = [one.pem() for one in above if one.is_self_signed]
        others = [one.pem() for one in above if not one.is_self_signed]
        said = verifies(tmp_path, case.leaf, others, roots, NOW)
        ours = sorted(one.rule for one in findings(case) if one.severity.value == "error")
        if bool(said) != bool(ours):
            differ[name] = said or ours
    documented = {name for name, case in corpus.items() if case.openssl_differs}
    assert (differ.keys() - documented, documented - differ.keys()) == (set(), set())
