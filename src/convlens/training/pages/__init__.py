"""The page of a training run, and of several beside one another: read from their folders, which may be cut off or hostile."""
