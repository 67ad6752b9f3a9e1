"""Pictures of more than 8 bits: which of their values is black and which is white, one answer for a whole data set."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from datasets import Dataset, Image
from PIL import Image as PillowImage

from augmint.core.errors import UserError

DEEP_MODES = ("I", "F")
"""First letters of Pillow's modes with one channel of more than 8 bits: I, I;16, I;16B, ..., F."""
BITS = (8, 10, 12, 14, 16)
MOST_LOOKED_AT = 4096
"""Pictures that a range is read from; of larger sets so many, evenly spread."""


def is_deep(picture: PillowImage.Image) -> bool:
    """Whether the picture has values beyond 8 bits to a channel that Pillow keeps."""
    return picture.mode.startswith(DEEP_MODES)


@dataclass(frozen=True)
class Depth:
    """Black and white of deep pictures; values outside are clipped.

    Attributes:
        black, white: values that become 0 and 255.
        mode: Pillow's mode of the pictures, in which generated ones are written.

    Raises:
        UserError: white is not above black.

    Example:
        >>> Depth.of(0, 3000, "I;16")
        Depth(black=0.0, white=4095.0, mode='I;16')
        >>> Depth.of(0, 0.97, "F").name
        'values 0 to 1'
    """

    black: float
    white: float
    mode: str = "I;16"

    def __post_init__(self) -> None:
        if not self.black < self.white:
            raise UserError(f"Black is {self.black} and white {self.white}.", where="depth", fix="White must lie above black.")

    @classmethod
    def of(cls, lowest: float, highest: float, mode: str) -> Depth:
        """The narrowest customary range that holds both: whole numbers of 8, 10, 12, 14 or 16 bits, fractions in [0, 1] or [-1, 1],
        else what was seen."""
        written = mode if mode == "F" else "I;16" if mode.startswith("I;16") else "I"
        if mode == "F" and lowest >= -1 and highest <= 1:
            return cls(-1.0 if lowest < 0 else 0.0, 1.0, written)
        white = next((float(2**bits - 1) for bits in BITS if highest < 2**bits), float(highest))
        return cls(0.0, white, written) if lowest >= 0 else cls(float(lowest), float(max(highest, lowest + 1)), written)

    @property
    def name(self) -> str:
        """In words, as in "500 rows of 12-bit values"."""
        bits = next((bits for bits in BITS if self.white == 2**bits - 1), None)
        return f"{bits}-bit values" if bits and not self.black else f"values {self.black:g} to {self.white:g}"

    def to_bytes(self, values: np.ndarray) -> np.ndarray:
        """uint8 of the same shape; what is no number becomes black."""
        scaled = (np.nan_to_num(values.astype(np.float64), nan=self.black) - self.black) * (255 / (self.white - self.black))
        return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)

    def to_picture(self, image: np.ndarray) -> PillowImage.Image:
        """uint8 (H, W) in the range and the mode of the data: `to_bytes` gives the same bytes back."""
        values = self.black + image.astype(np.float64) * ((self.white - self.black) / 255)
        if self.mode == "F":
            return PillowImage.fromarray(values.astype(np.float32))
        return PillowImage.fromarray(np.rint(values).astype(np.uint16 if self.mode == "I;16" else np.int32))


FULL = {"I": Depth(0, 65535), "F": Depth(0, 1, "F")}
"""What a deep picture is read by where the data has no depth of its own, by its mode's first letter."""


def observe(dataset: Dataset, column: str) -> Depth | None:
    """The depth that holds for these rows; None where none of them is deep. Rows that cannot be read are passed over."""
    spread = sorted({round(place) for place in np.linspace(0, len(dataset) - 1, min(MOST_LOOKED_AT, len(dataset)))})
    # Most sets have none at all, which the headers of a few tell.
    if not any(_deep(dataset.select(spread[:: max(1, len(spread) // 512)]), column)):
        return None
    found = list(_deep(dataset.select(spread), column))
    lowest, highest = min(low for low, _, _ in found), max(high for _, high, _ in found)
    modes = [mode for _, _, mode in found]
    return Depth.of(lowest, highest, max(sorted(set(modes)), key=modes.count))


def count_deep(dataset: Dataset, column: str) -> int:
    """How many pictures are deep, told by their headers."""
    return sum(is_deep(picture) for picture in _opened(dataset, column))


def _deep(dataset: Dataset, column: str) -> Iterator[tuple[float, float, str]]:
    """(lowest value, highest value, mode) of every deep picture."""
    for picture in _opened(dataset, column):
        if is_deep(picture):
            try:
                values = np.asarray(picture, dtype=np.float64)
            except (OSError, ValueError, SyntaxError):
                continue  # reported by the codec's check
            values = values[np.isfinite(values)]
            if values.size:
                yield float(values.min()), float(values.max()), picture.mode


def _opened(dataset: Dataset, column: str) -> Iterator[PillowImage.Image]:
    for row in dataset.select_columns([column]).with_format(None).cast_column(column, Image(decode=False)):
        cell: Any = row[column]
        try:
            with PillowImage.open(io.BytesIO(cell["bytes"]) if cell["bytes"] is not None else cell["path"]) as picture:
                yield picture
        except (OSError, TypeError, ValueError):
            continue  # reported by the codec's check
