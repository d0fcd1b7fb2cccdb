"""What the checks of certificates remark becomes a note of the plan, once for a shared file."""

from __future__ import annotations

from dataclasses import replace

from cmsdeploy.families import families
from cmsdeploy.families.pki.spec import PkiSpec
from cmsdeploy.model.certificate_order import Remark
from cmsdeploy.model.step import Severity
from tests.contract.deployment import Deployment
from tests.contract.registration import REGISTERED

OLD, WIDE = Remark("certificate/ends-soon", "a"), Remark("certificate/any-name", "b")


def test_a_remark_is_told_once() -> None:
    """Of the first host that has it, in the order of rules; the same rule of another file too."""
    family, wanted = families()["pki"], Deployment()
    other = replace(OLD, text="c")
    remarks = {"cb1": (OLD,), "cb2": (OLD, WIDE), "cb3": (other,)}
    desired: dict[str, PkiSpec] = {}
    for host, own in remarks.items():
        spec = family.spec(REGISTERED["pki"].parameters(wanted, host), wanted.site(host))
        desired[host] = replace(spec, remarks=own, cluster="one")
    blank = {host: family.blank(spec) for host, spec in desired.items()}
    notes = family.steps(desired, blank, frozenset()).notes
    assert [(one.host, one.rule, one.text, one.cluster) for one in notes] == [
        ("cb2", WIDE.rule, "b", "one"), ("cb1", OLD.rule, "a", "one"),
        ("cb3", OLD.rule, "c", "one"),
    ]  # fmt: skip
    assert {one.severity for one in notes} == {Severity.NOTE}
