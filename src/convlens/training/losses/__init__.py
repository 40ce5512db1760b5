"""What is made small: per-example losses, and the weights by which their sum is divided."""
