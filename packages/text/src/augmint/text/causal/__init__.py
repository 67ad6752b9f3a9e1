"""Causal language models as generators: taught by likelihood, faced with a discriminator, trained against it."""
