"""Exact whole-number arithmetic: axis maps, padding rules, and the one place that rounds."""
