"""Family ``pki``: the files of certificates and keys that stand on a box.

Law. This folder knows file names, ``pki list`` and ``pki match``, and which services may be using a
file. It does not know what a service does with it, nor how bytes travel.
"""

from __future__ import annotations

from cmsdeploy.families.pki.family import PkiFamily

__all__ = ["family"]

family = PkiFamily()
