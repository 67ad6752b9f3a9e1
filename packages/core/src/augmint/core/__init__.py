"""augmint core: what every modality shares."""

__version__ = "0.1.0"
