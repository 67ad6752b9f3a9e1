"""README.md in the folders of the generator, the discriminator and the augmenter, so that each can be shared as it is."""

from __future__ import annotations

from augmint.core.pipeline.run_dir import read_json
from augmint.core.pipeline.versions import versions
from augmint.core.pipeline.workshop import Workshop
from augmint.core.report.cards import ModelCard, write_model_card


def write_cards(shop: Workshop) -> None:
    """One card a folder."""
    recipe, directory, task = shop.recipe, shop.directory, shop.task
    rollbacks = read_json(directory.adversarial)["rollbacks"]
    folders = {"generator": directory.generator, "discriminator": directory.discriminator, "augmenter": directory.augmenter}
    for kind, folder in folders.items():
        card = ModelCard(
            kind,
            task.modality,
            task.name,
            architecture=describe(shop, kind),
            dataset=recipe.data.path,
            rows=len(task.splits.train) + (len(shop.pseudo_labelled) if shop.pseudo_labelled is not None else 0),
            judge=shop.judge.name,
            notes=[f"Training went back to step {entry['to']}: {entry['reason']}." for entry in rollbacks],
            versions=versions(),
            seed=recipe.seed,
            command="augmint run recipe.yaml",
        )
        write_model_card(card, folder)


def describe(shop: Workshop, kind: str = "generator") -> str:
    """One phrase: the architecture and its size."""
    network = shop.networks[1 if kind == "discriminator" else 0]
    millions = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    name = getattr(getattr(network, "config", None), "architecture", type(network).__name__)
    return f"{name}, {millions:.2f} M parameters"
