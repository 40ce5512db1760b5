"""Files that people have (pictures, arrays, sounds) become arrays, and arrays become pictures.

Every reader bounds what it will decode before it decodes, runs nothing, and ends a bad file in one `UsageError`.
"""
