"""Class labels of a batch, checked before an embedding looks them up."""

from __future__ import annotations

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch


def check_labels(batch: Batch, num_classes: int, where: str) -> None:
    """Raise UserError where labels are missing or out of range (on a GPU the range is left to the kernel: no waiting)."""
    if "label" not in batch:
        raise UserError("The batch has no labels.", where=where, fix="Give `label`, or build the networks with num_classes=0.")
    label = batch["label"]
    if label.device.type == "cpu" and len(label) and not 0 <= int(label.min()) <= int(label.max()) < num_classes:
        found = f"Labels run from {int(label.min())} to {int(label.max())}."
        raise UserError(found, where=where, fix=f"They must lie in 0..{num_classes - 1}.")
