"""One operator, one file. The folder is the table: `convlens.ir.op.find("conv")` imports ``conv.py``.

Files that start with an underscore hold what several operators have in common and are not operators.
"""
