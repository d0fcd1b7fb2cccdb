"""Bytes, and the machines that they come from and go to.

Law. This room knows sockets, channels, keys, certificates and deadlines. It does not know what the
bytes mean: no prompt, no wording of a reply, no family of commands. ``contract`` says what a
transport is; ``ssh`` is the only module that imports paramiko, ``https`` the only one that imports
urllib3, and nothing here imports those two, because they cost a tenth of a second each.
``session`` calls this room, ``cli`` calls it for host keys; it imports ``model`` and ``errors``.
"""
