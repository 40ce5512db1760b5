"""One rule, one file. A rule's docstring is its page and its tests: tests/linting/test_rules.py runs them."""
