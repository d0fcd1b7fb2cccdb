"""Words that all rooms may say.

Law. What is here is frozen data with meaning: hosts, secrets, actions, steps, plans, events. It
knows no device command, no file format, no library beyond the standard one, and it does no I/O.
Everybody may import it; it imports only ``errors``.
"""
