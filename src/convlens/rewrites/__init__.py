"""One network written as another that computes the same: each rewrite is a file of `rules`, proved by running both."""
