"""Models of single texts: where they come from, their tokenizers, classifiers and label-conditioned language models."""
