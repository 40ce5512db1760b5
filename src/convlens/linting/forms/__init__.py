"""One way to write a report, one file."""
