"""What all trainings of texts share: rows, batches of alike length, the trainer, and the adversarial losses."""
