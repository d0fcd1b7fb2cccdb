"""pytest plug-in: `pytest -p cmsdeploy.lab.pytest`; docs/lab.md has a complete example.

    cms_lab      a function: start a lab from an inventory, or from names of boxes
    cms_boxes    the boxes of the test's lab, by name
    cms_dns      its DNS: zones, faults, further servers
    cms_faults   a function: the faults of one box
    cms_audit    a function: what was asked of one box

The last four speak of the lab that the test started last with `cms_lab`. A test that starts none
gets one: as its marker `cms_lab(...)` says, else of the inventory that the setting
`cms_lab_inventory` names, else three boxes cb1, cb2, cb3. All labs end with their test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from .audit import AuditEntry
from .dns import DnsFaults, NameServer, Zone
from .dns.wire.lab_dns import DnsPlace
from .user_lab import UserLab, start_lab
from .wire.faults import Faults
from .wire.lab import LabBox

_THREE = ("cb1", "cb2", "cb3")
_SETTING = "cms_lab_inventory"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting."""
    parser.addini(_SETTING, "Inventory of the lab of tests that start none themselves.")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        "cms_lab(source, switches=, latency_seconds=, domain=, version=): the lab of this test",
    )


class _LabsOfTest:
    """The labs that one test started; `current` starts the default one where there is none."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self._folder = folder
        self.running: list[UserLab] = []

    def start(
        self,
        source: str | Path | Sequence[str] = _THREE,
        *,
        switches: Mapping[str, str] | None = None,
        latency_seconds: float = 0.0,
        domain: str = "example.com",
        version: str = "2.9.5",
    ) -> UserLab:
        """Start a lab in a folder of its own."""
        lab = start_lab(
            self._source(source),
            self._folder / f"lab-{len(self.running) + 1}",
            switches=switches,
            latency_seconds=latency_seconds,
            domain=domain,
            version=version,
        )
        self.running.append(lab)
        return lab

    def _source(self, source: str | Path | Sequence[str]) -> Path | Sequence[str]:
        # As other paths of a test run: from where pytest's own configuration lies.
        if isinstance(source, (str, Path)):
            return self._request.config.rootpath / source
        return source

    @property
    def current(self) -> UserLab:
        """The lab that the fixtures speak of."""
        if self.running:
            return self.running[-1]
        marker = self._request.node.get_closest_marker("cms_lab")
        if marker is not None:
            return self.start(*marker.args, **marker.kwargs)
        return self.start(self._request.config.getini(_SETTING) or _THREE)

    def faults(self, name: str) -> Faults:
        """The faults of one box."""
        return self.current.faults(name)

    def audit(self, name: str) -> list[AuditEntry]:
        """What was asked of one box."""
        return self.current.audit(name)


class CmsDns:
    """The DNS of the test's lab. Zones are changed in place; nothing is cached anywhere."""

    def __init__(self, labs: _LabsOfTest) -> None:
        """Speak of the current lab of these."""
        self._labs = labs

    @property
    def place(self) -> DnsPlace:
        """Address and port of the primary."""
        return self._labs.current.dns.place

    @property
    def key_file(self) -> Path:
        """The key of updates, as `nsupdate -k` reads it."""
        return self._labs.current.folder / ".cmsdeploy" / "lab" / "dns.key"

    @property
    def faults(self) -> DnsFaults:
        """The faults of the primary: `add(kind)`, `clear()`."""
        return self._labs.current.dns.faults

    def zone(self, origin: str) -> Zone:
        """A zone of the primary."""
        return self._labs.current.dns.zone(origin)

    def add_secondary(self, name: str = "ns2") -> NameServer:
        """A second server; `lag()` keeps changes from it."""
        return self._labs.current.dns.add_secondary(name)

    def add_view(self, name: str = "external") -> NameServer:
        """A server whose zones go their own way."""
        return self._labs.current.dns.add_view(name)


@pytest.fixture
def _cms_labs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[_LabsOfTest]:
    labs = _LabsOfTest(request, tmp_path)
    try:
        yield labs
    finally:
        for lab in labs.running:
            lab.stop()


@pytest.fixture
def cms_lab(_cms_labs: _LabsOfTest) -> Callable[..., UserLab]:
    """Start a lab: `cms_lab(inventory_or_names, switches={}, latency_seconds=0.0)`."""
    return _cms_labs.start


class _Boxes(Mapping[str, LabBox]):
    def __init__(self, labs: _LabsOfTest) -> None:
        self._labs = labs

    def __getitem__(self, name: str) -> LabBox:
        return self._labs.current.boxes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._labs.current.boxes)

    def __len__(self) -> int:
        return len(self._labs.current.boxes)


@pytest.fixture
def cms_boxes(_cms_labs: _LabsOfTest) -> Mapping[str, LabBox]:
    """The boxes by name."""
    return _Boxes(_cms_labs)


@pytest.fixture
def cms_dns(_cms_labs: _LabsOfTest) -> CmsDns:
    """The DNS."""
    return CmsDns(_cms_labs)


@pytest.fixture
def cms_faults(_cms_labs: _LabsOfTest) -> Callable[[str], Faults]:
    """The faults of a box: `cms_faults("cb1").close_after("xmpp enable")`."""
    return _cms_labs.faults


@pytest.fixture
def cms_audit(_cms_labs: _LabsOfTest) -> Callable[[str], list[AuditEntry]]:
    """What was asked of a box: `cms_audit("cb1")`."""
    return _cms_labs.audit
