"""What a network is: tensor specs, operators and their facts, the graph, its text form, its legality."""
