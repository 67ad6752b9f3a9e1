"""Text for augmint: texts as tensors, ops that keep numbers, addresses, placeholders and markup, policies and their space.

This release offers no text task: the package registers no modality, and `augmint tasks` says so.
"""
