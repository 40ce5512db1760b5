"""The folder of a run: what was asked, what happened, and the weights. It can be read after any interruption."""
