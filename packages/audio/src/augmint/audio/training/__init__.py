"""What fine-tunings of speech models share."""
