"""Explanations: one concept, in words and in numbers that are computed while it is printed."""
