"""The only place of the lab that imports cryptography: what a box does with keys and certificates.

Law: pure functions over file contents. Nothing here knows a box, a command or a file name.
"""

from .making import (
    KeySource,
    make_request,
    make_self_signed,
    public_key_of_pkcs12,
    sign,
    unlocked,
)
from .reading import (
    certificates_in,
    fingerprint,
    is_certificate_file,
    is_pair,
    is_request_file,
    is_verified,
    leaf_is_in,
)
from .text import describe

__all__ = [
    "KeySource",
    "certificates_in",
    "describe",
    "fingerprint",
    "is_certificate_file",
    "is_pair",
    "is_request_file",
    "is_verified",
    "leaf_is_in",
    "make_request",
    "make_self_signed",
    "public_key_of_pkcs12",
    "sign",
    "unlocked",
]
