"""Image rows to uint8 tensors and back."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import ClassLabel, Dataset, Features, Image
from PIL import Image as PillowImage
from torch import Tensor

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Batch, RowCodec, RowProblem, file_of
from augmint.vision.depth import FULL, Depth, count_deep, is_deep, observe

# Modes with one channel; everything else is read as RGB.
GRAYSCALE_MODES = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B", "I;16N", "F"})


def to_array(picture: PillowImage.Image, channels: int, size: int | None, depth: Depth | None = None) -> np.ndarray:
    """uint8 (channels, H, W); squeezed to `size` x `size` where given. Transparency is laid on white. Pictures of more than 8 bits
    are scaled by the data's `depth`, without one by their format's full range."""
    if is_deep(picture):
        picture = PillowImage.fromarray((depth or FULL[picture.mode[0]]).to_bytes(np.asarray(picture)))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        picture = PillowImage.alpha_composite(PillowImage.new("RGBA", rgba.size, (255, 255, 255, 255)), rgba)
    picture = picture.convert("L" if channels == 1 else "RGB")
    if size is not None and picture.size != (size, size):
        picture = picture.resize((size, size), PillowImage.Resampling.BICUBIC)
    array = np.asarray(picture)
    return array[None] if channels == 1 else array.transpose(2, 0, 1)


def to_picture(image: Tensor) -> PillowImage.Image:
    """A uint8 tensor (C, H, W) with 1 or 3 channels as a picture."""
    array = image.cpu().numpy()
    return PillowImage.fromarray(array[0] if len(array) == 1 else np.ascontiguousarray(array.transpose(1, 2, 0)))


def quantise(image: Tensor) -> Tensor:
    """A generator's float image in [-1, 1] as uint8."""
    return ((image.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


class ImageCodec(RowCodec):
    """Rows with an image and, where there is one, a class label.

    Args:
        columns: `{"image": name, "label": name}`; "label" may be missing (unlabelled rows).
        label_names: class names, or None without labels.
        channels: 1 or 3.
        size: pictures are squeezed to size x size when encoded; None keeps them, and then all must be of one size.
        depth: black and white of pictures of more than 8 bits, the same for every row; None where the data has none.

    Encoded batches are `{"image": uint8 (n, channels, size, size), "label": int64 (n,)}`.
    """

    def __init__(
        self,
        columns: Mapping[str, str],
        label_names: Sequence[str] | None,
        channels: int,
        size: int | None,
        depth: Depth | None = None,
    ) -> None:
        self.columns, self.label_names = dict(columns), list(label_names) if label_names is not None else None
        self.channels, self.size, self.depth = channels, size, depth

    def suit(self, *parts: Any) -> None:
        """Scale by the depth that a generator was trained at, so that its rows and these mean the same."""
        for part in parts:
            depth = getattr(getattr(part, "config", None), "depth", None)
            if isinstance(depth, Mapping):
                self.depth = Depth(**depth)

    def facts(self, dataset: Dataset) -> Mapping[str, int]:
        """How many pictures are of more than 8 bits, and of which range; all are scaled by that of the training rows."""
        depth = observe(dataset, self.columns["image"]) if self.depth is not None else None
        return {f"of {depth.name}": count_deep(dataset, self.columns["image"])} if depth is not None else {}

    def check(self, dataset: Dataset) -> list[RowProblem]:
        problems = []
        labels = self.labels(dataset)
        pictures = dataset.select_columns([self.columns["image"]]).cast_column(self.columns["image"], Image(decode=False))
        for row, cell in enumerate(pictures):
            reason = _picture_problem(cell[self.columns["image"]])
            if reason is None and labels is not None:
                reason = self._label_problem(labels[row])
            if reason is not None:
                problems.append(RowProblem(row, reason, file_of(cell[self.columns["image"]])))
        return problems

    def _label_problem(self, label: int | None) -> str | None:
        classes = len(self.label_names or ())
        if label is None or label == -1:
            return "the label is missing"
        if not 0 <= label < classes:
            return f"label {label} is out of range for {classes} classes"
        return None

    def encode(self, dataset: Dataset) -> Batch:
        column = self.columns["image"]
        pictures = dataset.select_columns([column]).with_format(None).cast_column(column, Image(decode=True))
        arrays = [to_array(row[column], self.channels, self.size, self.depth) for row in pictures]
        shapes = {array.shape for array in arrays}
        if len(shapes) > 1:
            raise UserError(
                f"Images differ in size: {sorted(shapes)[:3]}.", where=f"column {column!r}", fix="Give the codec a size."
            )
        side = self.size or 1
        batch = {"image": torch.from_numpy(np.stack(arrays) if arrays else np.zeros((0, self.channels, side, side), np.uint8))}
        labels = self.labels(dataset)
        if labels is not None:
            batch["label"] = torch.tensor(labels, dtype=torch.int64)
        return batch

    def to_network(self, batch: Batch) -> Batch:
        return {**batch, "image": batch["image"].float() / 127.5 - 1}

    def from_network(self, batch: Batch) -> Batch:
        return {**batch, "image": quantise(batch["image"])}

    def decode(self, batch: Batch, features: Features) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {self.columns["image"]: [self._stored(image) for image in batch["image"]]}
        if "label" in batch and self.columns.get("label") in features:
            columns[self.columns["label"]] = batch["label"].tolist()
        return columns

    def _stored(self, image: Tensor) -> PillowImage.Image:
        """The picture as the data stores them, so that minted rows mean the same as their neighbours."""
        if self.depth is None or self.channels != 1:
            return to_picture(image)
        return self.depth.to_picture(image.cpu().numpy()[0])

    def labels(self, dataset: Dataset) -> list[int] | None:
        column = self.columns.get("label")
        if column is None or column not in dataset.column_names:
            return None
        # Through Arrow: reading a column row by row takes seconds at 60,000 rows.
        return dataset.select_columns([column]).with_format("arrow")[:].column(column).to_pylist()

    def preview(self, batch: Batch, row: int) -> str:
        picture = to_picture(batch["image"][row])
        if picture.width > 128:
            picture = picture.resize((128, 128), PillowImage.Resampling.BICUBIC)
        name = ""
        if "label" in batch and self.label_names:
            name = html.escape(self.label_names[int(batch["label"][row])], quote=True)
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        data = base64.b64encode(buffer.getvalue()).decode()
        shown = max(56, picture.width)
        return f'<img src="data:image/png;base64,{data}" alt="{name}" width="{shown}" style="image-rendering:pixelated">'

    def save_samples(self, batch: Batch, path: Path, columns: int) -> Path:
        """A PNG grid."""
        image = batch["image"]
        height, width = image.shape[-2:]
        lines = -(-len(image) // columns)
        grid = image.new_zeros(image.shape[1], lines * height, columns * width)
        for at, one in enumerate(image):
            top, left = at // columns * height, at % columns * width
            grid[:, top : top + height, left : left + width] = one
        target = path.with_suffix(".png")
        to_picture(grid).save(target)
        return target


def _picture_problem(cell: Any) -> str | None:
    if cell is None or (cell.get("bytes") is None and cell.get("path") is None):
        return "the image is missing"
    try:
        with PillowImage.open(io.BytesIO(cell["bytes"]) if cell["bytes"] is not None else cell["path"]) as picture:
            picture.load()
            if 0 in picture.size:
                return "the image has no pixels"
            broken = picture.mode == "F" and not np.isfinite(np.asarray(picture)).all()
            return "the image has values that are not numbers" if broken else None
    except Exception as error:  # Pillow's decoders raise many kinds: each means that this row cannot be read
        return f"the image cannot be decoded ({type(error).__name__})"


def find_columns(features: Features, columns: Mapping[str, str], *, need_label: bool = True) -> dict[str, str]:
    """The image and label columns: as given, else by the task's usual names, else by their feature type.

    Raises:
        UserError: where a column is missing or ambiguous; names the columns there are.
    """
    for role in columns:
        if role not in ("image", "label"):
            raise UserError(
                f"{role!r} is not a column role of images.", where="data.columns", fix=nearest(role, ["image", "label"])
            )
    found: dict[str, str] = {}
    kinds: dict[str, tuple[type, ...]] = {"image": (Image,), "label": (ClassLabel,)}
    for role, kind in kinds.items():
        if columns.get(role) is not None:
            if columns[role] not in features:
                raise UserError(
                    f"Column {columns[role]!r} is not in the data.",
                    where=f"data.columns.{role}",
                    fix=f"{nearest(columns[role], features)} Columns there are: {', '.join(features)}.",
                )
            found[role] = columns[role]
            continue
        typed = [name for name, feature in features.items() if isinstance(feature, kind)]
        if role in features and (role == "label" or role in typed or not typed):
            found[role] = role
        elif len(typed) == 1:
            found[role] = typed[0]
        elif role == "image" or need_label:
            what = f"several {role} columns ({', '.join(typed)})" if typed else f"no {role} column"
            raise UserError(
                f"The data has {what}.",
                where="data.columns",
                fix=f"Name it, as in columns: {{{role}: <name>}}. Columns there are: {', '.join(features)}.",
            )
    return found
