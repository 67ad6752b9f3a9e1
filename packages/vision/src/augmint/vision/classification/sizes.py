"""At which resolution rows are trained on and generated."""

from __future__ import annotations

import io
from collections.abc import Mapping
from statistics import median
from typing import Any

import numpy as np
from datasets import Dataset, Image
from PIL import Image as PillowImage

from augmint.core.errors import UserError
from augmint.vision.codec import GRAYSCALE_MODES

LARGEST_SCRATCH, LARGEST_GENERATED = 96, 64


def _headers(dataset: Dataset, column: str) -> list[tuple[str, tuple[int, int]]]:
    """Mode and size of every picture, without decoding its pixels."""
    found = []
    for row in dataset.select_columns([column]).cast_column(column, Image(decode=False)):
        cell = row[column]
        try:
            with PillowImage.open(io.BytesIO(cell["bytes"]) if cell["bytes"] is not None else cell["path"]) as picture:
                found.append((picture.mode, picture.size))
        except (OSError, TypeError, ValueError):
            continue  # unreadable rows are reported by the codec's check
    return found


def channels_of(dataset: Dataset, column: str) -> int:
    """1 where all of up to 512 pictures, spread over the set, are grayscale, else 3."""
    spread = sorted({round(place) for place in np.linspace(0, len(dataset) - 1, min(512, len(dataset)))})
    modes = {mode for mode, _ in _headers(dataset.select(spread), column)}
    return 1 if modes and modes <= GRAYSCALE_MODES else 3


def data_size(sample: Dataset, column: str) -> int:
    """The pictures' typical side: the median of the longer sides, at least 8."""
    sides = [max(size) for _, size in _headers(sample, column)]
    return max(8, round(median(sides))) if sides else 32


def working_size(model: Mapping[str, Any], source: int) -> int:
    """Side at which rows are augmented and trained on: the pretrained model's own, else the data's, at most 96 from scratch."""
    if name := model.get("name_or_path"):
        from transformers import AutoConfig

        try:
            side = getattr(AutoConfig.from_pretrained(name), "image_size", None) or 224
        except (OSError, ValueError):
            return min(source, 224)  # check_settings says what is wrong with the model
        return int(side if isinstance(side, int) else side[0])
    scratch = model.get("scratch") or {}
    wanted = scratch.get("image_size")
    return min(source, LARGEST_SCRATCH if wanted is None else max(int(wanted), 8))


def generator_size(generator: Mapping[str, Any], source: int) -> int:
    """Side of generated images: `generator.image_size`, else the data's own up to 64.

    Raises:
        UserError: outside 8 to 256.
    """
    size = generator.get("image_size", min(source, LARGEST_GENERATED))
    if isinstance(size, bool) or not isinstance(size, int) or not 8 <= size <= 256:
        raise UserError(f"image_size is {size!r}.", where="generator.image_size", fix="Give a whole number from 8 to 256.")
    return size
