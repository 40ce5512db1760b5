"""One output value of a layer as the sum it is, followed to the input values and weights that make it."""
