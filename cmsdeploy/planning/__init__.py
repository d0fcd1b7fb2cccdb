"""From what is wanted and what was seen to a plan that may be carried out.

Law. This room knows steps, edges, refusals and permissions, and no family by name: it has no word
of a device in it. It does no I/O. ``compare`` asks the families, ``order`` makes a graph and a
sequence, ``guard`` is the one gate before an apply. ``playbook`` makes its stages, ``executor`` and
``cli`` call it.
"""
