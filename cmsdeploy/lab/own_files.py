"""Files that a box makes itself and shows in its root: `live.json`, `log`, the log bundle.

Sources: mmp 2. `live.json` SEEN in part (`live-json-excerpt`, TAC-214745): interfaces under their
kernel names, booleans as words, routes keyed with `=` for a dot. The rest of its content, and the
files of the bundle, are guesses.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .box import Box
    from .box_state import Interface
    from .event_log import Event

# DOC TAC-214745: a = eth4 ... d = eth1.
_KERNEL_NAMES = {"a": "eth4", "b": "eth3", "c": "eth2", "d": "eth1"}
_EPOCH = 1502607600  # 2017-08-13 07:00 UTC, so that bundles of equal boxes are equal


def names(box: Box) -> list[str]:
    """Names of the own files of this version. The bundle: 2.2 and later (DOC TAC-212217)."""
    found = ["live.json", "log"]
    if box.world.switches["boot-json"] == "shown":
        found += ["boot.json", "audit"]
    return [*found, "logbundle.tar.gz"] if box.release >= (2, 2) else found


def content(box: Box, name: str) -> bytes:
    """Give the content of an own file, made at this moment."""
    if name in ("log", "audit"):
        return syslog(box).encode()
    if name.endswith(".json"):
        return live_json(box).encode()
    return _bundle(box)


def syslog(box: Box) -> str:
    """All commands as the box logs them (`syslog-mmp-command`), and what its call bridge saw.

    That the events of Web Admin stand in it too is INFERRED: the server writes other lines of
    this form (SEEN `api-trace-requests`: `user.info <host> host:server:  INFO : <text>`).
    """
    rows = [
        (entry.seconds, entry.syslog(_stamp(box, entry.seconds), box.hostname, entry.user))
        for entry in box.audit
        if entry.kind == "command"
    ]
    if box.world.switches["log-has-events"] == "yes":
        rows += [(one.seconds, _event(box, one)) for one in box.events.events]
        rows.sort(key=lambda row: row[0])
    return "".join(f"{text}\n" for _, text in rows)


def _event(box: Box, event: Event) -> str:
    stamp = _stamp(box, event.seconds)
    return f"{stamp} user.info {box.hostname} host:server:  {event.level.upper()} : {event.message}"


def _stamp(box: Box, seconds: float) -> str:
    return box.world.log_stamp(box, seconds + box.clock_offset)


def live_json(box: Box) -> str:
    """The settings that run, as JSON."""
    interfaces = {
        _KERNEL_NAMES[name]: _interface(box, one)
        for name, one in box.interfaces.items()
        if one.address
    }
    tree = {
        "hostname": box.hostname,
        "ipv4": {"module": {"interfaces": interfaces}},
        "dns": {"forwardzones": dict(box.dns_servers)},
        "ntp": {"servers": list(box.ntp_servers)},
        "timezone": box.timezone,
    }
    return json.dumps(tree, indent=4) + "\n"


def _interface(box: Box, one: Interface) -> dict[str, object]:
    found: dict[str, object] = {
        "dhcp": "false",
        "enabled": _word(one.is_enabled),
        "default": _word(one.is_default),
        "macaddress": box.mac_address,
        "address": one.address,
        "prefixlen": str(one.prefix_length),
        "gateway": one.gateway,
    }
    if one.routes:
        found["routes"] = {
            f"{address.replace('.', '=')}-{length}": {"address": address, "prefixlen": length}
            for address, _, length in (route.partition("/") for route in one.routes)
        }
    return found


def _word(value: bool) -> str:
    return "true" if value else "false"


def _bundle(box: Box) -> bytes:
    # DOC TAC-212217: from 2.3 it holds the whole configuration too.
    parts = {"log": syslog(box), "eventlog": box.event_log()}
    if box.release >= (2, 3):
        parts["live.json"] = live_json(box)
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, text in parts.items():
            info = tarfile.TarInfo(f"logbundle/{name}")
            info.size, info.mtime = len(text.encode()), _EPOCH
            archive.addfile(info, io.BytesIO(text.encode()))
    return gzip.compress(raw.getvalue(), mtime=_EPOCH)
