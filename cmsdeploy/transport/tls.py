"""TLS for the Web Admin: by whom its certificate may be signed, or which one it must be."""

from __future__ import annotations

import hashlib
import re
import ssl

from cmsdeploy.errors import HostError, InputError, printable
from cmsdeploy.model.host import WebAdmin
from cmsdeploy.transport.contract import Deadline
from cmsdeploy.transport.tcp import dial

__all__ = ["plain_fingerprint", "seen_fingerprint", "tls_context"]

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def tls_context(webadmin: WebAdmin, fingerprint: str | None) -> ssl.SSLContext:
    """A context that verifies: the authorities of ``ca_file``, or those of the system.

    With a ``fingerprint`` it verifies nothing, and the caller compares before it sends anything.
    Raises ``InputError`` for a file that cannot be used.
    """
    # By hand: the ready-made contexts write session keys to the file that SSLKEYLOGFILE names.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    if fingerprint is not None:
        # The fingerprint says which certificate it must be; who signed it adds nothing.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif webadmin.ca_file is not None:
        _load_authorities(context, webadmin.ca_file)
    else:
        context.load_default_certs()
    return context


def _load_authorities(context: ssl.SSLContext, path: str) -> None:
    try:
        context.load_verify_locations(cafile=path)
    except (OSError, ValueError) as error:
        raise InputError(
            f"the file of authorities {printable(path, 300)} cannot be used: "
            f"{printable(str(error), 200)}",
            "name a PEM file with the certificate of the authority",
        ) from None


def plain_fingerprint(webadmin: WebAdmin) -> str | None:
    """The pinned fingerprint as 64 small hexadecimal digits. Raises ``InputError``."""
    if webadmin.fingerprint is None:
        return None
    # Shorter ones would be taken for MD5 or SHA-1 by the library.
    plain = webadmin.fingerprint.lower().removeprefix("sha256:").replace(":", "").strip()
    if not _FINGERPRINT.fullmatch(plain):
        raise InputError(
            f"{printable(webadmin.fingerprint, 120)} is no SHA-256 fingerprint of a certificate",
            "give 64 hexadecimal digits (`openssl x509 -noout -fingerprint -sha256`)",
        )
    return plain


def seen_fingerprint(webadmin: WebAdmin, deadline: Deadline) -> str:
    """What the server shows, for a person to compare. Nothing is sent to it but a TLS hello."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with dial(webadmin.host, webadmin.port, deadline) as plain:
            plain.settimeout(max(deadline.remaining(), 0.001))
            with context.wrap_socket(plain, server_hostname=webadmin.host) as connection:
                certificate = connection.getpeercert(binary_form=True)
    except (OSError, ValueError, HostError):
        return "not to be seen"
    return hashlib.sha256(certificate or b"").hexdigest()
