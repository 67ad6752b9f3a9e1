"""Whether the recipe's model can be built and takes these rows, found out before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from augmint.core.errors import UserError, nearest
from augmint.core.progress import no_prints
from augmint.vision.classification.judge import ImageJudge
from augmint.vision.classification.model import build_model, model_config

_KEYS = ("name_or_path", "scratch")


def check_model(model: Mapping[str, Any], label_names: Sequence[str], *, channels: int, size: int) -> None:
    """Build the model and put one blank row through it, as fine-tuning and judging will.

    Args:
        model: the recipe's section.
        label_names: of the data.
        channels, size: of the rows.

    Raises:
        UserError: where it cannot be built, or does not take the rows.
    """
    for key in model:
        if key not in _KEYS:
            raise UserError(f"{key!r} is not a key of model.", where="model", fix=nearest(key, _KEYS))
    if model.get("name_or_path") and model.get("scratch"):
        raise UserError("Both name_or_path and scratch are given.", where="model", fix="Give one of them.")
    if not isinstance(model.get("name_or_path"), str | None):
        raise UserError(f"name_or_path is {model['name_or_path']!r}.", where="model.name_or_path", fix="Give a hub id or a folder.")
    config = model_config(model, label_names, channels, size)
    _check_lengths(model.get("scratch") or {})
    _check_channels(model, config, channels)
    where = "model.name_or_path" if model.get("name_or_path") else "model.scratch"
    fix = "Check its weights and its config." if model.get("name_or_path") else "See the model's documentation."
    try:
        with no_prints(), torch.no_grad():
            network, preprocessing = build_model(model, label_names, channels=channels, size=size, seed=0)
            judge = ImageJudge([network], preprocessing, "")
            blank = {"image": torch.zeros(1, channels, size, size, dtype=torch.uint8)}
            found = tuple(judge.probabilities(blank).shape)
            judge.embed(blank)
    except Exception as error:  # models and their loading fail in many ways; each is about what the recipe names
        said = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise UserError(f"The model cannot be used on these rows ({said[:300]})", where=where, fix=fix) from error
    if found != (1, len(label_names)):
        raise UserError(f"The model gives {found[-1]} numbers a row for {len(label_names)} classes.", where=where, fix=fix)


def _check_lengths(scratch: Mapping[str, Any]) -> None:
    """Where stages are given by several lists, a longer one would be cut without a word."""
    lists = {key: len(scratch[key]) for key in ("hidden_sizes", "depths") if isinstance(scratch.get(key), list)}
    if len(set(lists.values())) > 1:
        raise UserError(
            f"hidden_sizes has {lists['hidden_sizes']} values and depths {lists['depths']}.",
            where="model.scratch",
            fix="Give one of each for every stage.",
        )


def _check_channels(model: Mapping[str, Any], config: Any, channels: int) -> None:
    wanted = getattr(config, "num_channels", channels)
    if wanted not in (1, 3):
        raise UserError(
            f"The model takes {wanted} channels, and the images have {channels}.",
            where="model.name_or_path" if model.get("name_or_path") else "model.scratch.num_channels",
            fix="Take a model of 1 or 3 channels: images are converted to either.",
        )
