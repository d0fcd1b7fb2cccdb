"""The certificates of a task, as the files of the site have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cmsdeploy.errors import InputError
from cmsdeploy.families.contract import Site
from cmsdeploy.families.parameters import Parameters, certificate_order
from cmsdeploy.model.local_file import LocalFile

if TYPE_CHECKING:
    from cmsdeploy.model.pem_text import PemCertificate

__all__ = ["local_certificates"]

_ROLES = ("cert", "trust")


def local_certificates(
    parameters: Parameters, site: Site
) -> Mapping[str, tuple[PemCertificate, ...]]:
    """What the files of roles cert and trust hold, by role, as it shall stand on the box.

    A file that is not here, or that cannot be used, has no place in it: whoever uploads it says
    what is wrong with it, and whoever only looks can do without.
    """
    order = certificate_order(parameters)
    try:
        files = site.certificate(order).files
    except InputError:
        files = {}
    found: dict[str, tuple[PemCertificate, ...]] = {}
    for role in _ROLES:
        file = files.get(role) or _plain(parameters, site, role)
        if file is not None and isinstance(file.content, bytes):
            # Imported here: a rendering of a site without files has none to look at.
            from cmsdeploy.model.pem_text import certificates_in

            found[role] = certificates_in(file.content.decode("ascii", "replace"))
    return found


def _plain(parameters: Parameters, site: Site, role: str) -> LocalFile | None:
    order = certificate_order(parameters)
    entry = order.entries.get(role)
    if entry is None or order.has_content_names:
        return None
    try:
        return site.local_file(entry.name, entry.source)
    except InputError:
        return None
