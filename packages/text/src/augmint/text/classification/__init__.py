"""Text classification: fine-tuning of the user's classifier, its judge, and what trains the generator of labelled texts."""
