"""The loop in plain PyTorch, on one process or many."""
