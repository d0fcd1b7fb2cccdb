"""The wire of the lab's DNS: bytes, signatures, UDP and TCP on loopback.

Law: the only place of the lab that imports dnspython. Files here read and write messages, and
listen; what is in a zone, and what an update does to it, is decided above.
"""
