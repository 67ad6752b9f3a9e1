"""What fine-tunings of models that hear share."""
