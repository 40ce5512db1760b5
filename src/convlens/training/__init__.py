"""Train a network: data, settings, the loop, the record of a run, and what is asked of it afterwards."""
