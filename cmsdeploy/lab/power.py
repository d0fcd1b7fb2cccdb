"""Booting, losing power, and what keys and uploads do to services that run.

DOC TAC-214618: a key that is replaced breaks the service that uses it; an upload under the name in
use counts from the next start of the service. What a boot does to files is a switch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import certificates, presenting
from .box_state import Service

if TYPE_CHECKING:
    from .box import Box


def switch_off(box: Box) -> None:
    """Pull the plug."""
    box.world.settle(box)
    box.is_powered = False
    box.boots += 1
    box.world.settle(box)


def switch_on(box: Box) -> None:
    """Boot."""
    if not box.is_powered:
        box.is_powered = True
        boot(box)


def boot(box: Box) -> None:
    """Go down at once and come up after `Timing.boot`; settings that waited take effect."""
    world = box.world
    box.boots += 1
    box.up_at = box.booted_at = world.seconds + world.timing.boot
    if box.hostname_after_reboot:
        box.hostname, box.hostname_after_reboot = box.hostname_after_reboot, None
    if world.switches["files-lost-at-reboot"] == "yes":
        used = {name for name in box.files.names() if is_live(box, name) or name.endswith(".bak")}
        for name in set(box.files.names()) - used:
            box.files.remove(name)
    if box.xmpp.is_enabled:
        box.xmpp.is_broken = not is_pair_good(box, box.xmpp.key_file, box.xmpp.certificate_file)
        presenting.take_into_force(box)
    for service in box.services.values():
        service.is_broken = service.is_enabled and not _starts(box, service)
    world.settle(box)


def _starts(box: Box, service: Service) -> bool:
    key = next((v for n, v in service.values.items() if n.lower().endswith("key file")), "none")
    leaf = next(
        (v for n, v in service.values.items() if n.lower().endswith("certificate file")), "none"
    )
    return "none" in (key, leaf) or is_pair_good(box, key, leaf)


def is_pair_good(box: Box, key: str | None, certificate: str | None) -> bool:
    """Whether two files are there and belong together, as far as the world reads them."""
    contents = box.files.get(key), box.files.get(certificate)
    if contents[0] is None or contents[1] is None:
        return False
    if not box.world.checks_certificates:
        return True
    return certificates.is_pair(contents[0], contents[1])


def is_live(box: Box, name: str) -> bool:
    """Whether a running service uses a file of that name."""
    uses_xmpp = box.xmpp.is_enabled and name in box.xmpp.files
    return uses_xmpp or any(
        service.is_enabled and name in service.values.values() for service in box.services.values()
    )


def key_was_replaced(box: Box, name: str) -> None:
    """Break what runs with a key that `pki csr` just overwrote (DOC TAC-214618)."""
    if box.world.switches["csr-of-live-key"] != "breaks-at-once":
        return
    if box.xmpp.is_enabled and box.xmpp.key_file == name:
        box.xmpp.is_broken = True
    for service in box.services.values():
        if service.is_enabled and name in service.values.values():
            service.is_broken = True
    box.world.settle(box)


def notice_upload(box: Box, name: str) -> None:
    """RECALL mmp 4.1: a new `xmpp.motd` restarts the XMPP server."""
    if name != "xmpp.motd":
        return
    box.xmpp.motd = (box.files.get(name) or b"").decode("utf-8", "replace")[:2048]
    if box.xmpp.is_enabled and box.world.switches["motd-upload-restarts"] == "yes":
        box.xmpp.is_enabled = False
        box.world.settle(box)
        box.xmpp.is_enabled = True
        presenting.take_into_force(box)
        box.world.settle(box)
