"""One library, one file (design, section 3): when a library changes, one file changes."""

from __future__ import annotations

from collections.abc import Iterator

from tests.laws.source import Module

__all__ = ["HOMES", "library_faults"]

# Library -> the places that may import it, below the package. A place that ends with "/" is a room.
HOMES: dict[str, tuple[str, ...]] = {
    "paramiko": ("transport/ssh_library.py",),
    "urllib3": ("transport/https.py",),
    # Questions and signed updates are two files of a readable size rather than one.
    "dns": ("transport/dns.py", "transport/dns_update.py", "lab/dns/wire/"),
    "yaml": ("inventory/document.py",),
    "jinja2": ("template.py",),
    "markupsafe": ("template.py",),
    # The lab is a second implementation of everything, its certificates included.
    "cryptography": (
        "certificates/",
        "inventory/vault.py",
        "lab/certificates.py",
        "lab/certificates/",
    ),
    "asyncssh": ("lab/",),
    "acme": ("certificates/acme.py",),
    "josepy": ("certificates/acme.py",),
    "click": ("cli/",),
    "rich": ("cli/",),
}


def library_faults(module: Module) -> Iterator[str]:
    """Say which libraries ``module`` imports that have another home."""
    for library in dict.fromkeys(name.split(".")[0] for name in module.imports()):
        homes = HOMES.get(library)
        if homes and not any(_is_at_home(module.place, home) for home in homes):
            yield f"{module.path}: {library} is imported in {' and '.join(homes)} only"


def _is_at_home(place: str, home: str) -> bool:
    return place.startswith(home) if home.endswith("/") else place == home
