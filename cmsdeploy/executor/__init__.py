"""Carrying out: look at all boxes, walk the plan, prove the result, and write down what happened.

Law. This room knows now, wait, thread and journal. It knows steps by their edges and proofs, and no
family by name; it never asks a person and never prints: it tells events to a listener. ``cli``
calls it.
"""
