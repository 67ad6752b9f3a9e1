"""Word-by-word translation: what a dictionary and a few pairs give without a network."""

from augmint.text.gloss.alignment import word_translations
from augmint.text.gloss.dictionary import read_dictionary
from augmint.text.gloss.glosser import Glosser

__all__ = ["Glosser", "read_dictionary", "word_translations"]
