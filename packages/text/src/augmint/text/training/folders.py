"""What likelihood training leaves in a run's `start/`, by name."""

GENERATOR, CONTINUED, DISCRIMINATOR, SCORES = "generator", "continued", "discriminator", "scores.json"
"""The generator; the same after as many further steps of likelihood as adversarial ones follow; the discriminator; its score."""
