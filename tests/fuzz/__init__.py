"""Whatever is read from boxes and from people, altered: nothing but declared errors comes out.

``mutation`` alters, ``readers`` says what is read and by whom. The choice fell on a mutator of our
own: atheris has no wheel for every Python that we support, and hypothesis spends more time on
making an input than our readers on reading it. Each input has a number, by which it is found
again.
"""
