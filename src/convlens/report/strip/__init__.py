"""A network as a strip of blocks, from left to right: folded, measured, laid out, and written as SVG."""
