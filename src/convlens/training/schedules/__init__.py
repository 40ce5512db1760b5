"""How the learning rate moves: closed forms of the number of the step."""
