"""A lab that runs for a user: its boxes, their DNS, and the files by which others find them."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..dns import NameService, TsigKey, zones_of
from ..dns.wire.lab_dns import LabDns
from ..dns_resolver import ServiceResolver
from ..presenting import CLIENT_PORT, COMPONENT_PORT, SERVER_PORT
from ..site import SiteDescription, Variables, derived_inventory
from .lab import Lab, LabBox
from .loop_thread import Startable

_KEY_NAME = "cmsdeploy-lab"
_KEY_BYTES = 32
_NETWORK = "127.77.254"
_DNS_PORT = 53
XMPP_PORTS = (CLIENT_PORT, COMPONENT_PORT, SERVER_PORT)


class RunningSite(Startable):
    """The lab of a description between `start` and `stop`; a context manager does both.

    `out` is the derived inventory, `folder` a private one for `dns.json` and `dns.key`. Ports are
    those of the description where they are free, else any; without `are_ports_real` they are always
    any, so that a lab beside it cannot take the port of a box that is switched off. `start` raises
    OSError, and LabError for switches that do not exist.
    """

    def __init__(
        self,
        site: SiteDescription,
        out: Path,
        folder: Path,
        *,
        switches: Mapping[str, str] | None = None,
        latency_seconds: float = 0.0,
        are_ports_real: bool = True,
    ) -> None:
        """Nothing listens yet."""
        self.site = site
        self.out = out
        self.folder = folder
        self._switches = switches or {}
        self._latency_seconds = latency_seconds
        self._are_ports_real = are_ports_real
        self.lab = Lab(())
        self.dns = LabDns(NameService())

    def start(self) -> None:
        """Listen, then write the files; returns once every box and the DNS answer."""
        try:
            self._start_boxes(are_ports_real=self._are_ports_real)
        except OSError:
            # Somebody took a port between our look and the start: any port will do.
            self._start_boxes(are_ports_real=False)
        try:
            self._announce_names()
            self._start_dns()
            self._write()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop boxes and DNS; the files stay."""
        self.dns.stop()
        self.lab.stop()

    def _start_boxes(self, *, are_ports_real: bool) -> None:
        boxes = [
            replace(
                box,
                ssh_port=_free(box.address, box.ssh_port) if are_ports_real else 0,
                api_port=_free(box.address, box.api_port) if are_ports_real else 0,
                xmpp_ports={
                    port: _free(box.address, port) for port in XMPP_PORTS if are_ports_real
                },
            )
            for box in self.site.boxes
        ]
        self.lab = Lab(boxes, switches=self._switches, latency_seconds=self._latency_seconds)
        self.lab.start()

    def _announce_names(self) -> None:
        """Boxes find each other by the names and addresses of the user's inventory."""
        with self.lab.lock:
            for one in self.site.components:
                for name in one.names:
                    if name != one.address:
                        self.lab.world.add_name(name, one.address)

    def _start_dns(self) -> None:
        servers = [("ns1", f"{_NETWORK}.1")]
        key = TsigKey(_KEY_NAME, secrets.token_bytes(_KEY_BYTES))
        service = NameService(zones_of(self.site.components, servers), [key])
        port = _free(f"{_NETWORK}.1", _DNS_PORT)
        try:
            self._open_dns(service, port)
        except OSError:
            # As with the boxes: somebody was quicker.
            self._open_dns(service, 0)
        with self.lab.lock:
            self.lab.world.resolver = ServiceResolver(service)

    def _open_dns(self, service: NameService, port: int) -> None:
        self.dns = LabDns(
            service,
            message_lock=self.lab.message_lock,
            lock=self.lab.lock,
            network=_NETWORK,
            port=port,
        )
        self.dns.start()

    def _write(self) -> None:
        key_file = self.folder / "dns.key"
        write_private(key_file, _key_file(self.dns.key).encode())
        write_private(self.folder / "dns.secret", base64.b64encode(self.dns.key.secret))
        place, zones = self.dns.place, list(self.dns.service.primary.zones)
        about = {
            "address": place.address,
            "port": place.port,
            "zones": zones,
            "key": self.dns.key.name,
            "algorithm": self.dns.key.algorithm,
            "key_file": str(key_file.absolute()),
        }
        (self.folder / "dns.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        where = {name: self._found_at(box) for name, box in self.lab.boxes.items()}
        text = derived_inventory(self.site, where, self.dns_line)
        self.out.write_text(text, encoding="utf-8")

    @property
    def dns_line(self) -> str:
        """One line for people: where the DNS is, which zones, which key."""
        place = self.dns.place
        zones = ", ".join(zone.rstrip(".") for zone in self.dns.service.primary.zones) or "none"
        return (
            f"DNS {place.address}:{place.port}  zones: {zones}  "
            f"updates: nsupdate -k {self.folder / 'dns.key'}"
        )

    def _found_at(self, box: LabBox) -> Variables:
        return {
            "ansible_host": box.address,
            "ansible_port": box.ssh_port,
            "ansible_password": f"{{{{ lookup('file', '{self.site.password_file}') }}}}",
            "cms_host_key": box.host_key_fingerprint,
            "cms_webadmin": {
                "host": box.address,
                "port": box.api_port,
                "fingerprint": box.api_fingerprint,
            },
            "xmpp_address": box.address,
            "xmpp_seen_at": f"{box.address}:{box.xmpp_ports[CLIENT_PORT]}",
            **self._names_are_at(),
        }

    def _names_are_at(self) -> Variables:
        """Who holds the records of the lab, and the key that changes them."""
        key, place = self.dns.key, self.dns.place
        secret = (self.folder / "dns.secret").absolute()
        return {
            "xmpp_dns_servers": [f"{place.address}#{place.port}"],
            "xmpp_dns_key": {
                "name": key.name,
                "algorithm": key.algorithm,
                "secret": f"{{{{ lookup('file', '{secret}') }}}}",
            },
        }


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read at any moment."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)


def _key_file(key: TsigKey) -> str:
    """As `nsupdate -k` and `dig -k` read keys."""
    secret = base64.b64encode(key.secret).decode()
    return f'key "{key.name}" {{\n\talgorithm {key.algorithm};\n\tsecret "{secret}";\n}};\n'


def _free(address: str, port: int) -> int:
    """`port` where this process may listen on it there, by TCP and UDP; else 0 (any)."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return 0
    return port
