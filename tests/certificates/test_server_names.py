"""Which name a certificate stands for: a table, and openssl says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from cmsdeploy.certificates.reading import read
from cmsdeploy.certificates.server_names import covers
from tests.certificates.material import SECOND, Profile, issued, pem
from tests.certificates.openssl import ask

# SAN (DNS, or IP: in front), the name that is asked for, and whether it is covered.
ROWS = (
    ("example.com", "example.com", True),
    ("EXAMPLE.com", "example.COM", True),
    ("example.com", "example.com.", True),
    ("example.com", "a.example.com", False),
    ("a.example.com", "example.com", False),
    ("*.example.com", "a.example.com", True),
    ("*.EXAMPLE.com", "A.example.com", True),
    ("*.example.com", "example.com", False),
    ("*.example.com", "a.b.example.com", False),
    ("*.com", "example.com", False),
    ("*", "example", False),
    ("*", "example.com", False),
    ("f*.example.com", "foo.example.com", False),
    ("*f.example.com", "of.example.com", False),
    ("a.*.example.com", "a.b.example.com", False),
    ("*.*.example.com", "a.b.example.com", False),
    ("*.example.com", ".example.com", False),
    ("example.com other.org", "other.org", True),
    ("example.com other.org", "third.org", False),
    ("xn--bcher-kva.example", "xn--bcher-kva.example", True),
    ("xn--bcher-kva.example", "bücher.example", True),
    ("*.bcher.example", "xn--bcher-kva.example", False),
    ("*.example.com", "xn--bcher-kva.example.com", True),
    ("IP:10.1.2.3", "10.1.2.3", True),
    ("IP:10.1.2.3", "10.1.2.4", False),
    ("10.1.2.3", "10.1.2.3", False),
    ("*.1.2.3", "10.1.2.3", False),
    ("IP:2001:db8::1", "2001:DB8:0:0:0:0:0:1", True),
    ("IP:10.1.2.3 example.com", "example.com", True),
    ("cb1", "cb1", True),
    ("cb1", "cb1.example.com", False),
    ("", "example.com", False),
)
# Where openssl judges otherwise, and why.
DIFFERENT = {
    ("example.com", "example.com."): "we take the final dot for what it is: an absolute name",
    ("xn--bcher-kva.example", "bücher.example"): "openssl is asked for A-labels only",
    (
        "f*.example.com",
        "foo.example.com",
    ): "a wildcard within a label: RFC 9525 forbids it, openssl allows it by default",
    (
        "*f.example.com",
        "of.example.com",
    ): "a wildcard within a label: RFC 9525 forbids it, openssl allows it by default",
    ("*.example.com", ".example.com"): "openssl takes a leading dot for any name below",
    ("", "example.com"): "openssl falls back on the common name, RFC 9525 forbids it",
}


def certificate_for(names: str) -> bytes:
    import ipaddress

    every = [
        x509.IPAddress(ipaddress.ip_address(name[3:]))
        if name.startswith("IP:")
        else x509.DNSName(name)
        for name in names.split()
    ]
    more = [(x509.SubjectAlternativeName(every), False)] if every else []
    profile = Profile(names=(), more=more)
    return pem(issued("example.com", SECOND, profile))


@pytest.mark.parametrize(("names", "server", "is_covered"), ROWS)
def test_names(names: str, server: str, is_covered: bool, tmp_path: Path) -> None:
    """Our verdict is the row's, and openssl's unless the row is named above."""
    content = certificate_for(names)
    assert covers(read("c", content).certificates[0].extensions, server) is is_covered
    is_address = server[0].isdigit() or server.startswith("2001")
    option = "-checkip" if is_address else "-checkhost"
    said = ask("x509", "-noout", option, server, content=content).stdout.decode()
    agrees = ("does match" in said) is is_covered
    assert agrees is ((names, server) not in DIFFERENT)


def test_there_are_enough_rows() -> None:
    """Thirty at least."""
    assert len(ROWS) >= 30
