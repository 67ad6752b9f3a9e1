"""Text policies, the no-search baselines and the space a search looks in."""

from augmint.text.policy.concatenation import Concatenation
from augmint.text.policy.space import TextPolicySpace, standard_policy
from augmint.text.policy.stage import Stage
from augmint.text.policy.text_policy import TextPolicy

__all__ = ["Concatenation", "Stage", "TextPolicy", "TextPolicySpace", "standard_policy"]
