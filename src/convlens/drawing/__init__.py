"""Pictures: a scene is a value, and each format has a writer of its own."""
