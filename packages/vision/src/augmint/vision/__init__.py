"""Images for augmint."""
