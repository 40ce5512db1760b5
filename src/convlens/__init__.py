"""convlens tells what a convolutional network will do before it runs, proves it by running it, and shows why."""
