"""One topic, one Python file that computes, and beside it the words: ``stride.py``, ``stride.en.md``, ``stride.zh.md``.

The Python file states

===========  ==========================================================================================================
`FORMULA`    lines ``name = expression``; every name in them is one of the values, so that a test can work them out
`CALLS`      the layers of the example, each with its input; they are run when the topic is printed
`SOURCE`     where it can be read up
`SEE`        topics that go on from here
`values`     a function: every number that the words use, computed by convlens or by plain exact arithmetic
===========  ==========================================================================================================

The words are Markdown with ``{name}`` for a value. The first line is the title and, behind a colon, the few words for the
list of topics. ``{formula}`` and ``{example}`` on a line of their own stand for the formula and the calls; in a table, a row
``| {name} |`` stands for all rows of that value. A quotation is something often said and wrong. No digit may be written
into the words: a number that is written down can become wrong.
"""
