"""What a lab is made of, as data: its boxes, their names in DNS, and the inventory to be derived.

Whoever reads inventories writes it (the command line, `lab describe`), whoever starts labs reads it
(`wire/running_site.py`, the pytest plug-in); it goes between processes as JSON. No I/O here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from .dns import Component
from .wire.description import BoxDescription

Variables = Mapping[str, object]
_HEAD = "# Written by `cmsdeploy lab`: the boxes of your inventory, simulated on loopback.\n"
_KEPT = frozenset({"cms_webadmin"})
# Never part of the text: who may log in is written to a private file.
_UNWRITTEN = ("password", "authorized_keys", "host_key")


@dataclass(frozen=True)
class SiteDescription:
    """A lab before it starts.

    `components` are the boxes as DNS knows them. `hosts` holds what the derived inventory keeps of
    each host, `groups` the members of each group. The boxes' one password is in `password_file`.
    """

    boxes: tuple[BoxDescription, ...]
    components: tuple[Component, ...] = ()
    hosts: Mapping[str, Variables] = field(default_factory=dict)
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    password_file: str = ""

    def as_json(self) -> str:
        """The description as text, without any password."""
        boxes = [
            {name: value for name, value in asdict(box).items() if name not in _UNWRITTEN}
            for box in self.boxes
        ]
        return json.dumps(
            {
                "boxes": boxes,
                "components": [asdict(one) for one in self.components],
                "hosts": self.hosts,
                "groups": self.groups,
                "password_file": self.password_file,
            },
            indent=2,
            default=str,
        )

    @classmethod
    def from_json(cls, text: str, password: str) -> SiteDescription:
        """Read what `as_json` wrote; every box takes the password."""
        read = json.loads(text)
        boxes = [{**one, "xmpp_ports": _numbered(one["xmpp_ports"])} for one in read["boxes"]]
        components = [{**one, "names": tuple(one["names"])} for one in read["components"]]
        return cls(
            tuple(BoxDescription(**one, password=password) for one in boxes),
            tuple(Component(**one) for one in components),
            read["hosts"],
            read["groups"],
            read["password_file"],
        )


def _numbered(ports: Mapping[str, int]) -> dict[int, int]:
    """JSON has texts for keys."""
    return {int(number): port for number, port in ports.items()}


def derived_inventory(site: SiteDescription, where: Mapping[str, Variables], remark: str) -> str:
    """An inventory that points at running boxes; JSON is YAML, and says exactly what is meant.

    `where` holds the variables by which each box is found, `remark` a line about the DNS.
    """
    # What somebody does by hand stays by hand, although the box of a lab has a Web Admin.
    hosts = {
        name: {**kept, **where.get(name, {}), **{word: kept[word] for word in _KEPT & kept.keys()}}
        for name, kept in site.hosts.items()
    }
    groups = {name: {"hosts": dict.fromkeys(members)} for name, members in site.groups.items()}
    text = json.dumps({"all": {"hosts": hosts, "children": groups}}, indent=2, default=str)
    return f"{_HEAD}# {remark}\n{text}\n"
