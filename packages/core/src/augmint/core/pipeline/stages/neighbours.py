"""What the report shows of the filters: the nearest real neighbours of minted rows, and what was thrown out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from datasets import Dataset

from augmint.core.data import strip_provenance
from augmint.core.evaluation import memorisation_check
from augmint.core.interfaces import Batch
from augmint.core.minting.rows import from_table
from augmint.core.pipeline.workshop import Workshop
from augmint.core.report import Filtering, Memorisation, NeighbourPair, RejectedSample

CHECKED, SHOWN = 2000, 12


def check(shop: Workshop, minted: Dataset) -> Memorisation | None:
    """Distances of minted rows to the real training rows, against those among the real rows; closest pairs first."""
    train, codec = shop.task.splits.train, shop.task.codec
    minted = strip_provenance(minted.select(range(min(CHECKED, len(minted)))))
    if len(minted) < 2 or len(train) < 2:
        return None
    made, real = codec.encode(minted), codec.encode(train)
    figures = memorisation_check(shop.judge.embed(made), shop.judge.embed(real), quantile=shop.recipe.mint.memorisation_quantile)
    closest = np.argsort(figures.distances, kind="stable")[:SHOWN]
    pairs = [
        NeighbourPair(
            codec.preview(made, int(row)),
            codec.preview(real, int(figures.nearest[row])),
            float(figures.distances[row]),
            _label(shop, made, int(row)),
        )
        for row in closest
    ]
    return Memorisation(
        share_closer=float(figures.mask.mean()),
        real_share=float((figures.real_relative < figures.threshold).mean()),
        checked=len(minted),
        pairs=pairs,
        minted_distances=figures.distances.tolist(),
        real_distances=figures.real_distances.tolist(),
    )


def filtering(shop: Workshop, manifest: Mapping[str, Any]) -> Filtering:
    """How many candidates each filter threw out, with a few of them."""
    by_filter = {reason: sum(by_class.values()) for reason, by_class in manifest["rejected"].items()}
    return Filtering(sum(manifest["candidates"].values()), sum(manifest["minted"].values()), by_filter, _rejected(shop))


def _rejected(shop: Workshop) -> list[RejectedSample]:
    path = shop.directory.minted / "rejected.parquet"
    if not path.is_file():
        return []
    table = pq.read_table(path)
    batch = shop.task.codec.encode(from_table(table, shop.task.splits.train.features))
    reasons = table.column("augmint_reason").to_pylist()
    previews = [shop.task.codec.preview(batch, row) for row in range(len(table))]
    if shop.task.codec.label_names is None:
        previews = scored(previews, table.column("augmint_score").to_pylist())
    return [
        RejectedSample(preview, reason, _label(shop, batch, row))
        for row, (preview, reason) in enumerate(zip(previews, reasons, strict=True))
    ]


def scored(previews: Sequence[str], scores: Sequence[float | None]) -> list[str]:
    """Previews with the discriminator's score below."""
    return [
        preview if score is None else f'{preview}<div style="opacity:.7">score {score:+.2f}</div>'
        for preview, score in zip(previews, scores, strict=True)
    ]


def _label(shop: Workshop, batch: Batch, row: int) -> str:
    names = shop.task.codec.label_names
    return names[int(batch["label"][row])] if names and "label" in batch else ""
