"""Image classification: the user's Transformers model, its fine-tuning, and the judge."""
