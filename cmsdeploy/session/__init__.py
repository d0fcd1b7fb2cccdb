"""One box, one command, one reply: what is typed, what comes back, and what nobody may see.

Law. This room knows prompts, echoes, questions and the grammar that all replies share. It knows no
socket and no library of the wire (``transport`` does), and no command by its words (families do).
Secrets are revealed here, at the last moment, and masked in everything that leaves. ``executor``
and ``cli`` call it, through ``contract`` and :func:`open_box`; it imports ``transport``, ``model``
and ``errors``.
"""

from cmsdeploy.session.opening import load_wire, open_box

__all__ = ["load_wire", "open_box"]
