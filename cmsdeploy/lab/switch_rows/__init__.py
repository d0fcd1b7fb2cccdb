"""The rows of the switch table, a file per part of a box.

Law: rows are data. A row names the behaviour, its positions (a star before the default), how well
it is known, the source, and what it decides; nothing here knows the code that obeys it. Sources:
`mmp N` is section N of the MMP reference; a name such as `xmpp-enable-success` is a transcript;
TAC-nnnnnn is a Cisco document; `guess` is ours.
"""
