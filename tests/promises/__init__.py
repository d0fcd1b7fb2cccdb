"""What is promised about secrets, injection, identity and faults: row by row, with its number.

``table`` says which tests decide each row. A test tells the number that it reached by
``numbers.reached``; ``python -m tests.promises.page`` makes ``docs/promises.md`` of them.
"""
