"""Doubts about call bridges that log in, and about the Web Admin API."""

from __future__ import annotations

from ..switches import Row

# fmt: off
LOGIN: tuple[Row, ...] = (
    ("login-without-address", "*any first", "UNKNOWN", "TAC-213479 scenario 1",
     "whether a refused call bridge tries the other servers of its domain"),
    ("login-order", "*own-first as-added", "UNKNOWN", "guess",
     "which server of the domain comes first where no SRV record says it"),
    ("srv-target-alias", "*followed ignored", "UNKNOWN", "mmp 4.4, RFC 2782",
     "whether a call bridge follows an SRV target that is an alias"),
    ("callbridge-del-drops-login", "*yes no", "UNKNOWN", "guess",
     "whether a live login ends when its record or secret changes on the server"),
    ("disable-drops-logins", "*yes no", "INFERRED", "mmp 4.1",
     "whether logins end at once when the server stops, or at the next try"),
    ("login-fault-line", "*shown absent", "INFERRED", "webadmin-status-page-dns-error",
     "whether the status page lists a fault condition for every failed login"),
    ("log-has-events", "*yes no", "INFERRED", "mmp 2, api-trace-requests",
     "whether the events of Web Admin stand in the file log too"),
    ("login-event", "*established registered absent", "UNKNOWN", "guess",
     "how the event log says that a call bridge is logged in, where it does"),
    ("authentication-service", "*by-login always-registered", "INFERRED", "TAC-213479 scenario 2",
     "whether the status page says no authentication components found after a refused login"),
)
API: tuple[Row, ...] = (
    ("api-shows-secret", "*no yes", "UNKNOWN", "mmp 9",
     "whether GET of the xmpp settings gives the shared secret back"),
    ("api-xmpp-alarm", "*shown absent", "UNKNOWN", "guess",
     "whether a configured call bridge that is not logged in raises an alarm"),
    ("api-page-size", "*50 20 10", "CODE", "mmp 9", "longest page that a list gives"),
    ("api-unknown-field", "*refused ignored", "UNKNOWN", "mmp 9",
     "whether a PUT or POST with a field that the object lacks is refused"),
    ("api-cluster-enabled", "*by-call-bridges by-database", "UNKNOWN", "mmp 9",
     "what makes clusterEnabled true in the system status"),
    ("api-version-suffix", "*plain build", "UNKNOWN", "mmp 8, mmp 9",
     "whether softwareVersion carries words behind the number"),
)
# fmt: on
