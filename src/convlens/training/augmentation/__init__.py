"""Changes of an input that keep its label, made on a whole batch at once."""
