"""Text for augmint. This release offers no text task: the package registers no modality, and `augmint tasks` says so."""
