"""Learning rates that are tried before a training: what was measured, and how it is shown."""
