"""Audio for augmint. This release offers no audio task: the package registers no modality, and `augmint tasks` says so."""
