"""One source of examples a file: each gives a `Raw`, or one clear message."""
