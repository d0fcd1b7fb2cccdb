"""`xmpp ...` of CMS 1.x to 2.9 for one server alone. Section 4 of the MMP reference.

Texts without a named source are guesses in the shape that TAC-217320 shows for other services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import certificates, cluster, presenting
from ..exchange import failure, lines, success
from .verb import Verb

if TYPE_CHECKING:
    from ..box import Box, XmppServer

INTERFACES = ("a", "b", "c", "d", "admin", "lo")


def is_set(box: Box, what: str) -> str:
    """Reply of a setter that worked; INFERRED silent (mmp 3)."""
    return success(f"{what} configured") if box.world.switches["setter-reply"] == "success" else ""


def is_locked(box: Box) -> bool:
    """Whether the running server refuses changes of its settings (UNKNOWN, mmp 4.1)."""
    refuses = box.world.switches["settings-while-enabled"] == "refused"
    return box.xmpp.is_enabled and refuses


STILL_ENABLED = "XMPP server is enabled, disable it first"  # guess


def _set_of_member(box: Box, *, is_changed: bool) -> None:
    # What becomes of a member with another domain or interface is UNKNOWN (mmp 4.1).
    member = cluster.membership(box)
    if member and is_changed and box.world.switches["settings-of-a-member"] == "lost":
        cluster.leave(box, member, as_ghost=True)


def _domain(box: Box, words: tuple[str, ...]) -> str:
    # SEEN xmpp-settings-input; `none` DOC TAC-217062.
    if is_locked(box):
        return failure(STILL_ENABLED)
    domain = None if words[0] == "none" else words[0]
    _set_of_member(box, is_changed=domain != box.xmpp.domain)
    box.xmpp.domain = domain
    return is_set(box, "Domain")


def _listen(box: Box, words: tuple[str, ...]) -> str:
    # SEEN xmpp-settings-input; `none` RECALL.
    if is_locked(box):
        return failure(STILL_ENABLED)
    unknown = [word for word in words if word not in INTERFACES]
    if words == ("none",):
        box.xmpp.interfaces = ()
    elif unknown:
        return failure(f"Unknown interface {unknown[0]}")  # guess
    else:
        _set_of_member(box, is_changed=words != box.xmpp.interfaces)
        box.xmpp.interfaces = words
    return is_set(box, "Interface whitelist")


def _certs(box: Box, words: tuple[str, ...]) -> str:
    # Disabled first: DOC TAC-214618, CVD12. `none`: DOC TAC-217062. Files are looked at by enable.
    xmpp = box.xmpp
    if xmpp.is_enabled:
        return failure(STILL_ENABLED)
    if words == ("none",):
        xmpp.key_file = xmpp.certificate_file = xmpp.bundle_file = None
    elif len(words) == 1:
        return failure("incorrect number of parameters")  # guess
    else:
        xmpp.key_file, xmpp.certificate_file = words[:2]
        xmpp.bundle_file = words[2] if len(words) == 3 else None
    return is_set(box, "Key and certificate")


def _enable(box: Box, _words: tuple[str, ...]) -> str:
    xmpp = box.xmpp
    if xmpp.is_enabled and box.world.switches["enable-when-enabled"] == "failure":
        return failure("XMPP server is already enabled")  # guess
    missing = _missing(box)
    if missing:
        return failure(*missing, "XMPP server configuration not complete")  # shape: TAC-217320
    said = _checked(box)
    if "FAILURE:" not in said:
        if not xmpp.is_running:
            presenting.take_into_force(box)
        xmpp.is_enabled, xmpp.is_broken = True, False
        xmpp.changed_at = box.world.seconds
        return said + success("XMPP server enabled")  # SEEN xmpp-enable-success
    return said + failure("XMPP server configuration not complete")


def _missing(box: Box) -> list[str]:
    """Name what enable lacks. DOC mmp 4.1: listen, domain, certs set. Texts are guesses."""
    xmpp = box.xmpp
    files = [name for name in (xmpp.key_file, xmpp.certificate_file, xmpp.bundle_file) if name]
    needs_trust = box.world.switches["trust-needed-before-enable"] == "yes"
    if xmpp.is_cluster_enabled and xmpp.trust_file:
        files.append(xmpp.trust_file)
    if box.world.switches["multi-domain-bad-file"] == "server-stays-down":
        files += [one.key_file for one in xmpp.more_domains.values()]
        files += [one.certificate_file for one in xmpp.more_domains.values()]
    lacks = [
        (xmpp.domain is None, "Domain not configured"),
        (not xmpp.interfaces, "Listening interface not configured"),
        (xmpp.key_file is None, "Key and certificate not configured"),
        (
            needs_trust and xmpp.is_cluster_enabled and xmpp.trust_file is None,
            "Cluster trust bundle not configured",
        ),
    ]
    absent = [f"File {name} not found" for name in dict.fromkeys(files) if name not in box.files]
    return [text for is_lacking, text in lacks if is_lacking] + absent + _badly_ended(box, files)


def _badly_ended(box: Box, files: list[str]) -> list[str]:
    # DOC TAC-214618: "only one carriage return at the end"; what happens otherwise is not said.
    if box.world.switches["pem-needs-final-newline"] == "no":
        return []
    contents = {name: box.files.get(name) or b"" for name in files}
    bad = [n for n, c in contents.items() if c and not (c[-1:] == b"\n" and c[-2:] != b"\n\n")]
    return [f"File {name} does not end with one newline" for name in bad]


def _checked(box: Box) -> str:
    # SEEN xmpp-enable-success, line by line; the refusals are guesses.
    key, certificate, bundle = _contents(box)
    # The licence line is INFERRED to be one (license-excerpt).
    has_line = box.world.switches["enable-checks-licence"] == "line"
    said = (success("Callbridge activated") if has_line else "") + success("Domain configured")
    is_trusting = not box.world.checks_certificates
    if not (is_trusting or certificates.is_pair(key, certificate)):
        return said + failure("Key and certificate pair do not match")
    said += success("Key and certificate pair match")
    if box.xmpp.bundle_file is None:
        return said
    if not (is_trusting or certificates.is_verified(certificate, bundle)):
        return said + failure("certificate not verified against CA bundle")
    return said + success("certificate verified against CA bundle")


def _contents(box: Box) -> tuple[bytes, bytes, bytes]:
    names = (box.xmpp.key_file, box.xmpp.certificate_file, box.xmpp.bundle_file)
    key, certificate, bundle = (box.files.get(name) or b"" for name in names)
    return key, certificate, bundle


def _disable(box: Box, _words: tuple[str, ...]) -> str:
    if not box.xmpp.is_enabled and box.world.switches["disable-when-disabled"] == "failure":
        return failure("XMPP server is not enabled")  # guess
    box.xmpp.is_enabled = box.xmpp.is_broken = False
    said = box.world.switches["disable-reply"] == "success"
    return success("XMPP server disabled") if said else ""  # RECALL mmp 4.1


def _restart(box: Box, words: tuple[str, ...]) -> str:
    # CODE MIV; text and behaviour are guesses: a stop that the peers notice, then a start.
    if not box.xmpp.is_enabled:
        return failure("XMPP server is not enabled")
    box.xmpp.is_enabled = box.xmpp.is_broken = False
    box.world.settle(box)
    said = _enable(box, words)
    if not box.xmpp.is_enabled:
        # It stays enabled, and does not run: what `xmpp enable` needs is gone.
        box.xmpp.is_enabled = box.xmpp.is_broken = True
        return said
    texts = {"success": success("XMPP server restarted"), "silent": "", "enable-lines": said}
    return texts[box.world.switches["restart-reply"]]


def _reset(box: Box, _words: tuple[str, ...]) -> str:
    # DOC TAC-213479, TAC-217062: stand-alone and unconfigured, but certs and domain stay
    # (INFERRED). A member leaves a ghost behind: CSCvi67717. No text is known: silent (guess).
    xmpp = box.xmpp
    switches = box.world.switches
    if xmpp.is_enabled and switches["reset-while-enabled"] == "refused":
        return failure(STILL_ENABLED)
    membership = box.world.clusters.get(xmpp.cluster_number or 0)
    if membership:
        cluster.leave(box, membership, as_ghost=True)
    fresh = type(xmpp)()
    if switches["reset-clears-certs-and-domain"] == "no":
        _keep(xmpp, fresh)
    box.xmpp = fresh
    return success("XMPP server reset") if switches["reset-reply"] == "success" else ""


def _keep(old: XmppServer, fresh: XmppServer) -> None:
    fresh.domain = old.domain
    fresh.key_file, fresh.certificate_file = old.key_file, old.certificate_file
    fresh.bundle_file = old.bundle_file


def _status(box: Box, _words: tuple[str, ...]) -> str:
    # RECALL mmp 4.1 for the fields, CODE (MIV) for `Enabled : true`, pad as in webadmin-status.
    xmpp, switches = box.xmpp, box.world.switches
    layout = switches["xmpp-status-layout"]
    fields = {
        "Enabled": "true" if xmpp.is_enabled else "false",
        "Clustered": "true" if xmpp.is_cluster_enabled else "false",
        "Domain": xmpp.domain or "none",
        "Listening interfaces": " ".join(xmpp.interfaces) or "none",
        "Key file": xmpp.key_file or "none",
        "Certificate file": xmpp.certificate_file or "none",
        "CA Bundle file": xmpp.bundle_file or "none",
        "Max sessions per user": str(xmpp.max_sessions or "unlimited"),
        "STATUS": "XMPP server running" if xmpp.is_running else "XMPP server not running",
    }
    hidden = {"Clustered", "Max sessions per user", "STATUS"} if layout == "minimal" else set()
    if switches["xmpp-status-shows-clustered"] == "no":
        hidden.add("Clustered")
    pad = 0 if layout == "unpadded" else 24
    shown = {name: value for name, value in fields.items() if name not in hidden}
    return lines(*(f"{n:{pad}}: {v}" if pad else f"{n} : {v}" for n, v in shown.items()))


VERBS = (
    Verb("xmpp", _status),
    Verb("xmpp domain", _domain, "<domain>|none", 1, 1, is_write=True),
    Verb("xmpp listen", _listen, "<interface whitelist>|none", 1, 6, is_write=True),
    Verb("xmpp certs", _certs, "<key-file> <crt-file> [<crt-bundle>]", 1, 3, is_write=True),
    Verb("xmpp enable", _enable, is_write=True),
    Verb("xmpp disable", _disable, is_write=True),
    Verb("xmpp restart", _restart, is_write=True),
    Verb("xmpp reset", _reset, is_write=True),
)
