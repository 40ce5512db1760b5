"""A page for this machine alone, on which a trained network is asked. It writes no file."""
