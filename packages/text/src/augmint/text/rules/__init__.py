"""Hard rules that generated texts and pairs of texts must pass before anything trains on them.

Importing this room registers the rules that come with augmint.
"""

from augmint.text.rules import (
    broken,
    copy,
    empty,
    language,
    length_ratio,
    near_duplicate,
    numerals,
    repetition,
)
from augmint.text.rules.base import Rows, Rule
from augmint.text.rules.registry import get_rule, register_rule, rule_names
from augmint.text.rules.rulebook import Rulebook

__all__ = ["Rows", "Rule", "Rulebook", "get_rule", "register_rule", "rule_names"]

_FAMILIES = (broken, copy, empty, language, length_ratio, near_duplicate, numerals, repetition)
