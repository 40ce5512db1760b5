"""Run a Graph: `convlens.backends.torch` with PyTorch, `convlens.backends.reference` slowly and obviously, as an oracle."""
