"""Step 6: mint, filter and mix."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

from tqdm.auto import tqdm

from augmint.core.minting import Augmenter, MintParts, identify, mint_to_disk
from augmint.core.pipeline.arms import mint_settings
from augmint.core.pipeline.stages.model_cards import write_cards
from augmint.core.pipeline.versions import versions
from augmint.core.pipeline.workers import Workers
from augmint.core.pipeline.workshop import Workshop, workshop
from augmint.core.progress import quiet


def run(shop: Workshop, workers: Workers) -> None:
    """Leaves `minted/` with the originals and the minted rows, the manifest and the dataset card, and `augmenter/` for
    `Augmenter.from_pretrained` in the user's own script."""
    policy = shop.policy
    generator, discriminator = shop.networks
    identity = identify(generator, discriminator, shop.directory.judge, json.dumps(policy.to_dict(), sort_keys=True))
    plan = shop.mint_plan(policy, mint_settings(shop, policy), identity)
    with tqdm(desc="minting", unit="shard", disable=quiet()) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        mint_to_disk(
            plan,
            partial(load_parts, shop.directory.root),
            shop.directory.minted,
            executor=workers.executor,
            recipe=shop.recipe.to_dict(),
            versions=versions(),
            progress=progress,
        )
    reference = shop.mint_parts.reference(shop.recipe.mint)
    columns, seed = shop.task.codec.column_arguments, shop.recipe.seed
    augmenter = Augmenter(generator, policy, shop.critic, shop.judge, columns, seed, reference)
    augmenter.save_pretrained(shop.directory.augmenter)
    write_cards(shop)


def load_parts(root: Path) -> MintParts:
    """The parts in whichever process mints."""
    shop = workshop(root)
    return replace(shop.mint_parts, policy=shop.policy)
