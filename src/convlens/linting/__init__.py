"""What is wrong with a network, with evidence and a fix."""
