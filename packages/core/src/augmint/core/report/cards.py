"""The model card (README.md) of a generator's or an augmenter's folder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
import yaml

from augmint.core.errors import UserError
from augmint.core.minting.files import write_atomically

KINDS = ("generator", "discriminator", "augmenter")


@dataclass(frozen=True)
class ModelCard:
    """What the card says.

    Attributes:
        kind: "generator", "discriminator" or "augmenter".
        modality: the entry point's name, such as "vision".
        task: the task's name; becomes a tag and, where the hub knows it, the pipeline's.
        architecture: one phrase, such as "r3gan, 0.92 M parameters".
        dataset: what it was trained on; rows: how many rows that were.
        license: of the weights, as the hub writes it ("apache-2.0"); "" leaves it open, for the data may bind it.
        quality: name -> figure of the generator against real rows.
        judge: what made the features behind the figures.
        policy_words: the policy in sentences (augmenters).
        notes: further plain sentences: roll-backs, missing classes, limits known.
        versions: package -> version.
        seed: the run's seed. command: what trained it.
    """

    kind: str
    modality: str
    task: str
    architecture: str = ""
    dataset: str = ""
    rows: int = 0
    license: str = ""
    quality: Mapping[str, float] = field(default_factory=dict)
    judge: str = ""
    policy_words: Sequence[str] = ()
    notes: Sequence[str] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    command: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UserError(f"There are no cards for a {self.kind!r}.", where="model card", fix=f"Kinds: {', '.join(KINDS)}.")


def model_card(card: ModelCard) -> str:
    """README.md as text: a YAML head for the hub, then what it is, how to load it and what it was trained on.

    Example:
        >>> text = model_card(ModelCard("generator", "vision", "image-classification", dataset="digits", rows=100))
        >>> text.startswith("---"), 'load_generator("path/to/generator")' in text
        (True, True)
    """
    kind = [] if card.kind == "augmenter" else ["gan", "synthetic-data"]
    tags = ["augmint", card.modality, card.task, "data-augmentation", *kind]
    head: dict[str, object] = {"library_name": "augmint", "tags": list(dict.fromkeys(tags))}
    if card.license:
        head["license"] = card.license
    # Markdown, not HTML: nothing is escaped, and line breaks in names would break the card.
    loader = jinja2.PackageLoader("augmint.core.report")
    environment = jinja2.Environment(loader=loader, autoescape=False, undefined=jinja2.StrictUndefined, trim_blocks=True,
                                     lstrip_blocks=True)
    environment.filters["line"] = _one_line
    template = environment.get_template("model_card.md.j2")
    text = template.render(card=card, head=yaml.safe_dump(head, sort_keys=False, allow_unicode=True).strip())
    return text.strip() + "\n"


def write_model_card(card: ModelCard, folder: str | os.PathLike[str]) -> Path:
    """Write the card as `folder`/README.md, whole or not at all. Raises UserError where the folder cannot be written."""
    target = Path(folder) / "README.md"
    write_atomically(target, model_card(card).encode())
    return target


def _one_line(value: object) -> str:
    return " ".join(str(value).split())
