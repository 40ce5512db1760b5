"""What is done to an example before a network sees it: fitted on the training part, kept in the run, done again to new files."""
