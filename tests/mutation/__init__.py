"""H8: mistakes made by a machine (mutmut) in the pure rooms, and whether the tests notice.

``mutants`` reads what mutmut has made and draws a sample, ``verdicts`` compares the survivors with
``explained.txt``, ``run`` does the work in a copy of the tree: ``./scripts/test --mutants [N]``.
"""
