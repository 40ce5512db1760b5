"""Every setting of a training: its standard name, its legal values, what it does, and why its default is what it is."""
