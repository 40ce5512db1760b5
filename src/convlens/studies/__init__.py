"""Studies: what each setting of a training really does, measured with its spread; and the search for better settings."""
