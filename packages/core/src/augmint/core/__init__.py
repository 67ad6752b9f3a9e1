"""augmint core: what every modality shares.

The names below are imported when they are first used, so that `import augmint.core` and `augmint --help` stay quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from augmint.core.compatibility import torchaudio as _torchaudio
from augmint.core.lazy import lazy_names

if TYPE_CHECKING:
    from augmint.core.adversarial import AdversarialArguments, AdversarialCallback, AdversarialObjective, AdversarialTrainer
    from augmint.core.errors import AugmintError, MissingExtraError, UserError
    from augmint.core.evaluation import CompareArguments
    from augmint.core.minting import Augmenter, MintArguments
    from augmint.core.pipeline import Recipe, Run, load_recipe
    from augmint.core.search import PolicySearch, SearchArguments

__version__ = "0.1.0"

_HOMES = {
    "AdversarialArguments": "adversarial", "AdversarialCallback": "adversarial", "AdversarialObjective": "adversarial",
    "AdversarialTrainer": "adversarial", "AugmintError": "errors", "MissingExtraError": "errors", "UserError": "errors",
    "CompareArguments": "evaluation", "Augmenter": "minting", "MintArguments": "minting", "Recipe": "pipeline", "Run": "pipeline",
    "load_recipe": "pipeline", "PolicySearch": "search", "SearchArguments": "search",
}

__all__ = [
    "AdversarialArguments", "AdversarialCallback", "AdversarialObjective", "AdversarialTrainer", "Augmenter", "AugmintError",
    "CompareArguments", "MintArguments", "MissingExtraError", "PolicySearch", "Recipe", "Run", "SearchArguments", "UserError",
    "__version__", "load_recipe",
]


_torchaudio.prepare()  # before anyone imports transformers, which imports torchaudio where it is installed


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
