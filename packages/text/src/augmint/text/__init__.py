"""Text for augmint: translation, with ops, policies, filters and generators for texts and pairs of texts."""
