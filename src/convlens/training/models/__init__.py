"""The network of a training: read, its stem fitted to the input, its head to the classes."""
