"""Keys and certificates as files: what is in them, and whether they belong together.

Law. This room is the only one that imports ``cryptography`` (with ``inventory/vault.py`` to come).
It knows PEM, keys and certificates, and nothing of boxes, commands or places. ``playbook`` asks it
what a local file holds, ``cli`` lets it make the authority of a demonstration.
"""

from __future__ import annotations

from cmsdeploy.certificates.describe import describe

__all__ = ["describe"]
