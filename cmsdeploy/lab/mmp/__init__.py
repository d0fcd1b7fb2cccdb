"""The words of the MMP command line, a file per family.

Law: a file here turns words into changes of one box and into device text. It knows no terminal,
no channel and no prompt. `table.py` alone knows which words belong to which function; `box.py`
calls it.
"""
