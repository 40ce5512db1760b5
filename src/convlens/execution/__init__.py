"""Run a layer or a network on real values."""
