"""What the product says and plans in a whole scene, as a file of lines: ``cases/*.txt``.

A table asks of one thing at a time; a record shows all that changes with it. ``said`` writes plans,
findings and tables as lines, ``scenes`` has the scenes. Of a sentence only that stands there which
it names (boxes, files, numbers, commands): to word it better changes no record.

``python -m tests.records.write`` writes the records anew. The difference belongs to the change, and
whoever reads the change reads it.
"""
