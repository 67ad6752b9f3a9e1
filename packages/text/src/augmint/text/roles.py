"""What a text may be in a batch."""

ROLES = ("source", "target", "text")
"""The two sides of a pair, or a text by itself."""
