"""The languages that convlens speaks to people: English, which stands in the code, and Chinese, in a gettext catalogue.

Identifiers, layer calls, options and the keys of a record are English in both.
"""
