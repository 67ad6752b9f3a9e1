"""Other libraries as they are found in the wild: what works only with a part that is not there is made to work without it.

Nothing here changes a library that works by itself, and nothing is imported before its user imports it.
"""
