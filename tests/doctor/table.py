"""The forty faults: what was done, which cause on which box has to come first, what heals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cmsdeploy.lab import World
from tests.doctor import faults

__all__ = ["FAULTS", "Fault"]

Deed = Callable[[World], None]
ANY = ""


@dataclass(frozen=True)
class Fault:
    """``deeds`` are done one after the other. The first finding has to be one of ``causes``, as
    (rule, box). ``is_healed`` says that a repair from here mends it: what is left to a person (a
    record without a key to sign with, a cable) is not."""

    deeds: tuple[Deed, ...]
    causes: tuple[tuple[str, str], ...]
    is_healed: bool = True

    @property
    def name(self) -> str:
        return " and ".join(deed.__name__ for deed in self.deeds)


def _one(deed: Deed, rule: str, host: str = "cb2", *, is_healed: bool = True) -> Fault:
    return Fault((deed,), ((rule, host),), is_healed)


def _two(first: Fault, second: Fault) -> Fault:
    return Fault(
        first.deeds + second.deeds,
        first.causes + second.causes,
        first.is_healed and second.is_healed,
    )


# What is wrong with DNS is wrong for everybody: it is told of the first server.
DNS = (
    _one(faults.no_component_record, "dns/srv-missing", "cb1"),
    _one(faults.one_component_record_is_missing, "dns/srv-missing", "cb1"),
    _one(faults.first_component_record_has_port_5222, "dns/wrong-port", "cb1"),
    _one(faults.all_component_records_have_port_5222, "dns/wrong-port", "cb1"),
    _one(faults.client_records_have_port_5223, "dns/wrong-port", "cb1"),
    _one(faults.no_client_record, "dns/srv-missing", "cb1"),
    _one(faults.target_is_an_alias, "dns/cname-target", "cb1", is_healed=False),
    _one(faults.target_has_no_address, "dns/address-missing", "cb1"),
    _one(faults.target_has_another_address, "dns/wrong-address", "cb1", is_healed=False),
    _one(faults.final_dot_is_missing, "dns/relative-target", "cb1", is_healed=False),
    _one(faults.box_has_a_record_of_its_own, "dns/box-differs", is_healed=False),
)
SECRETS = (
    _one(faults.secret_is_missing, "xmpp/secret-missing"),
    _one(faults.secret_is_missing_on_the_first, "xmpp/secret-missing", "cb1"),
    _one(faults.secrets_are_missing_on_one, "xmpp/secret-missing"),
    _one(faults.secrets_are_swapped, "xmpp/secrets-swapped"),
    _one(faults.cb1_carries_the_secret_of_cb3, "xmpp/secret-twice", "cb1"),
    _one(faults.secret_differs, "xmpp/secret-differs"),
    _one(faults.secret_differs_on_the_first, "xmpp/secret-differs", "cb1"),
)
LOGINS = (
    _one(faults.login_has_another_name, "callbridge/name-differs"),
    _one(faults.login_has_another_domain, "callbridge/domain-differs"),
    _one(faults.login_goes_to_another_server, "callbridge/server-differs"),
    _one(faults.login_is_bound_to_one_server, "callbridge/server-differs"),
    _one(faults.login_is_not_set, "callbridge/login-missing"),
    _one(faults.login_has_another_secret, "callbridge/secret-differs"),
    _one(faults.login_has_the_secret_of_another, "callbridge/secret-differs"),
)
CLUSTER = (
    _one(faults.member_was_reset_and_joined_again, "xmpp/duplicate-peer"),
    _one(faults.first_was_reset_and_joined_again, "xmpp/duplicate-peer", "cb1"),
    _one(faults.member_was_reset, "xmpp/dead-peer"),
    _one(faults.member_was_reset_and_not_joined, "xmpp/dead-peer"),
    _one(faults.clustering_was_disabled, "xmpp/dead-peer"),
    _one(faults.member_was_removed, "xmpp/not-joined"),
    _one(faults.member_was_removed_and_stopped, "xmpp/not-joined"),
    _one(faults.member_founded_a_cluster, "xmpp/two-clusters"),
    _one(faults.member_was_reset_and_founded_a_cluster, "xmpp/two-clusters"),
    _one(faults.member_is_stopped, "xmpp/stopped"),
    _one(faults.most_are_stopped, "xmpp/stopped", "cb1"),
    _one(faults.all_are_stopped, "xmpp/nobody-runs", "cb1"),
    _one(faults.member_is_cut_off, "xmpp/cut-off", is_healed=False),
    _one(faults.certificate_differs, "xmpp/certificate-differs"),
    _one(faults.trust_differs, "xmpp/trust-differs"),
    _one(faults.domain_differs, "xmpp/domain-differs"),
    _one(faults.listen_differs, "xmpp/listen-differs"),
    _one(faults.server_does_not_start, "xmpp/not-running", is_healed=False),
    _one(faults.clock_is_ahead, "clock/skew", is_healed=False),
    _one(faults.version_is_too_new, "version/outside", is_healed=False),
)
COMBINED = (
    _two(DNS[2], SECRETS[3]),
    _two(CLUSTER[0], SECRETS[0]),
    _two(CLUSTER[9], SECRETS[4]),
    _two(CLUSTER[5], LOGINS[5]),
    _two(LOGINS[0], SECRETS[4]),
)
FAULTS = (*DNS, *SECRETS, *LOGINS, *CLUSTER, *COMBINED)
