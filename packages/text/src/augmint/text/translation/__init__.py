"""Translation: fine-tuning of the user's encoder-decoder, its metric, and what trains the generator."""
