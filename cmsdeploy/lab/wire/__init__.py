"""The wire of the lab: SSH, SFTP and HTTPS on loopback in front of the pure core.

Law: files here move bytes, wait and listen. They decide nothing that a box decides; every word
that a client reads comes from `Box`, except prompts, echo and HTTP headers.
"""
