"""Step 6: mint rows, filter them, and mix them with the originals."""

from augmint.core.minting.arguments import MintArguments
from augmint.core.minting.augmenter import Augmenter, AugmentingCollator
from augmint.core.minting.candidates import mint_shard
from augmint.core.minting.disk import Minted, mint_to_disk, open_minted
from augmint.core.minting.memorisation import memorisation_threshold, nearest_distances, real_spacing, relative_distances
from augmint.core.minting.memory import MintedRows, mint_rows
from augmint.core.minting.mix import minted_only, mix_rows
from augmint.core.minting.parts import MintParts, plan_mint
from augmint.core.minting.plan import MintPlan, Shard, build_quotas, class_weakness, identify
from augmint.core.minting.reference import Reference, build_reference
from augmint.core.minting.selection import Selection
from augmint.core.minting.targets import soft_targets

__all__ = [
    "Augmenter", "AugmentingCollator", "MintArguments", "MintParts", "MintPlan", "Minted", "MintedRows", "Reference",
    "Selection", "Shard", "build_quotas", "build_reference", "class_weakness", "identify", "memorisation_threshold",
    "mint_rows", "mint_shard", "mint_to_disk", "minted_only", "mix_rows", "nearest_distances", "open_minted", "plan_mint",
    "real_spacing", "relative_distances", "soft_targets",
]
