"""What changed from one network to another."""
