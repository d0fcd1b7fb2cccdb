"""Keys and certificates as files: what is in them, and whether they belong together.

Law. This room is the only one that imports ``cryptography`` (with ``inventory/vault.py`` to come).
It knows PEM, keys, requests and certificates, and nothing of boxes, commands or the places where
people keep files. ``playbook`` asks it what a local file holds; ``cli`` lets it check, arrange,
request and sign, and make the authority of a demonstration. Only ``acme.py`` speaks to somebody: to
an authority, with the proofs that it was handed. A private key leaves it only as a
:class:`~cmsdeploy.model.secret.Secret`, or into a file of mode 0600.
"""

from __future__ import annotations
