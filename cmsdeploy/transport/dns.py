"""Name servers by dnspython: questions over UDP and TCP; updates are in ``dns_update``.

The two modules that import dnspython. A question goes out from a random port with a random number;
whatever comes back and is no answer to it is passed over until the deadline, so that nobody who
guesses can answer first. What is cut (TC) is asked for again over TCP.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.SOA
import dns.rrset

from cmsdeploy.model.records import NameAnswer, Query, RecordSet, Update, UpdateKey
from cmsdeploy.model.secret import Secret
from cmsdeploy.transport.contract import Deadline, Verdict
from cmsdeploy.transport.name_server import place_of

__all__ = ["DnsNames"]

_PAYLOAD = 1232  # DNS flag day 2020: what goes through everywhere in one piece
_LONGEST_CHAIN = 16
_MOST_RECORDS = 256
_SILENCE_SECONDS = 15.0
_Failure = (dns.exception.DNSException, OSError, EOFError, ValueError)
_NAMES_IN_DATA = frozenset({"SRV", "CNAME", "NS", "SOA", "PTR", "MX", "A", "AAAA"})


class DnsNames:
    """A :class:`~cmsdeploy.transport.contract.Names` over the network.

    ``ask_seconds`` spans one question with all its tries, ``change_seconds`` one update. A server
    that was silent is not waited for again within a quarter of a minute.
    """

    def __init__(self, *, ask_seconds: float = 5.0, change_seconds: float = 15.0) -> None:
        self._ask_seconds = ask_seconds
        self._change_seconds = change_seconds
        self._silent: dict[str, tuple[float, str]] = {}

    def ask(self, query: Query) -> NameAnswer:
        """Put one question; see the contract."""
        since, trouble = self._silent.get(query.server, (0.0, ""))
        if trouble and time.monotonic() - since < _SILENCE_SECONDS:
            return NameAnswer(trouble=trouble)
        answer = self._asked(query)
        if not answer.code and not answer.trouble.startswith("its answer"):
            self._silent[query.server] = (time.monotonic(), answer.trouble)
        found = answer.found("SRV") if query.follows_targets else None
        if found is None:
            return answer
        return _with_targets(answer, found, query, self.ask)

    def change(self, update: Update, secret: Secret | None) -> Verdict:
        """Send an update; see the contract."""
        from cmsdeploy.transport.dns_update import change

        return change(update, secret, Deadline(self._change_seconds))

    def try_key(self, server: str, zone: str, key: UpdateKey, secret: Secret) -> Verdict:
        """Ask for the SOA of ``zone``, signed; see the contract."""
        from cmsdeploy.transport.dns_update import try_key

        return try_key(server, zone, key, secret, Deadline(self._change_seconds))

    def close(self) -> None:
        """Nothing is open; who was silent is asked again."""
        self._silent.clear()

    def _asked(self, query: Query) -> NameAnswer:
        address, port = place_of(query.server)
        deadline = Deadline(self._ask_seconds)
        kind = dns.rdatatype.from_text(query.record)
        message = dns.message.make_query(query.name, kind, use_edns=0, payload=_PAYLOAD)
        message.flags = dns.flags.Flag(dns.flags.RD if query.is_recursive else 0)
        trouble = "it does not answer"
        is_cut = False
        for ask, part in _TRIES:
            if deadline.has_passed:
                break
            if is_cut and ask is _udp:
                continue
            try:
                seconds = min(part * self._ask_seconds, deadline.remaining())
                return _understood(ask(message, address, port, seconds), query)
            except dns.message.Truncated:
                is_cut, trouble = True, "its answer is cut, and over TCP it gives none"
            except _Failure as error:
                trouble = _sentence(error, trouble)
        return NameAnswer(trouble=trouble)


def _udp(
    message: dns.message.Message, address: str, port: int, seconds: float
) -> dns.message.Message:
    return dns.query.udp(
        message, address, seconds, port,
        ignore_unexpected=True, ignore_errors=True, raise_on_truncation=True,
    )  # fmt: skip


def _tcp(
    message: dns.message.Message, address: str, port: int, seconds: float
) -> dns.message.Message:
    return dns.query.tcp(message, address, seconds, port)


# A packet may be lost, so UDP is tried twice; some networks let only TCP through. The numbers are
# parts of the whole time.
_TRIES = ((_udp, 0.2), (_udp, 0.3), (_tcp, 1.0))


def _sentence(error: Exception, before: str) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, dns.exception.Timeout | TimeoutError):
        return before
    if isinstance(error, EOFError):
        return "its answer over TCP ends too early"
    if isinstance(error, OSError):
        return f"it cannot be reached: {error.strerror or 'no connection'}"
    return f"its answer is no answer to our question ({type(error).__name__})"


def _understood(message: dns.message.Message, query: Query) -> NameAnswer:
    """The answer as data. Only what the name that was asked for leads to counts."""
    code = dns.rcode.to_text(message.rcode())
    is_authoritative = bool(message.flags & dns.flags.AA)
    held = {
        (one.name.canonicalize(), one.rdtype): one
        for one in message.answer
        if one.rdclass == dns.rdataclass.IN
    }
    name = dns.name.from_text(query.name).canonicalize()
    kind = dns.rdatatype.from_text(query.record)
    records: list[RecordSet] = []
    for _ in range(_LONGEST_CHAIN):
        found = held.get((name, kind)) or held.get((name, dns.rdatatype.CNAME))
        if found is None or len(found) > _MOST_RECORDS:
            break
        records.append(_record_set(found))
        if found.rdtype == kind:
            break
        name = found[0].target.canonicalize()
    else:
        return NameAnswer(trouble="its answer is a chain of aliases without end")
    if found is not None and len(found) > _MOST_RECORDS:
        return NameAnswer(trouble=f"its answer has {len(found)} records, which nobody means")
    return NameAnswer(code, is_authoritative, tuple(records), _negative_ttl(message))


def _record_set(found: dns.rrset.RRset) -> RecordSet:
    kind = dns.rdatatype.to_text(found.rdtype)
    texts = (one.to_text() for one in found)
    data = sorted(text.lower() if kind in _NAMES_IN_DATA else text for text in texts)
    return RecordSet(found.name.to_text().lower(), kind, found.ttl, tuple(data))


def _negative_ttl(message: dns.message.Message) -> int:
    """RFC 2308, 5: the smaller of the SOA's own TTL and its last number."""
    for one in (*message.answer, *message.authority):
        for data in one:
            if isinstance(data, dns.rdtypes.ANY.SOA.SOA):
                return int(min(one.ttl, data.minimum))
    return 0


def _with_targets(
    answer: NameAnswer, found: RecordSet, query: Query, ask: Callable[[Query], NameAnswer]
) -> NameAnswer:
    names = dict.fromkeys(data.split()[-1] for data in found.data)
    targets = tuple(
        (name, kind, ask(Query(query.server, name, kind, query.is_recursive)))
        for name in list(names)[:_LONGEST_CHAIN]
        if name != "."
        for kind in ("A", "AAAA")
    )
    return NameAnswer(
        answer.code, answer.is_authoritative, answer.records, answer.negative_ttl, "", targets
    )
