"""What candidates are held against: the real training rows, embedded and digested once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from torch import Tensor

from augmint.core.data.duplicates import row_digests
from augmint.core.interfaces import Judge, RowCodec
from augmint.core.minting.files import write_atomically
from augmint.core.minting.memorisation import memorisation_threshold, real_spacing
from augmint.core.minting.rows import build_rows, encode_chunks


@dataclass(frozen=True)
class Reference:
    """Real rows as the filters see them.

    Attributes:
        columns: payload columns that make up a row's content (all the codec knows but the label).
        digests: digest of every real row, as stored and as the codec would write it, 16 bytes each.
        embedding: the judge's features of the distinct real rows, float32 (distinct, dim); (0, 0) without a judge.
        rows: int64 (distinct,), which real row each of them is (the first of equal ones).
        memorised_below: relative distance under which a candidate counts as memorised; 0 switches the check off.
        typical: median distance between neighbouring real rows; 0 where it is not known.
    """

    columns: tuple[str, ...]
    digests: frozenset[bytes]
    embedding: Tensor
    rows: Tensor
    memorised_below: float
    typical: float


def build_reference(codec: RowCodec, originals: Dataset, judge: Judge | None, *, quantile: float,
                    block_size: int = 64) -> Reference:
    """Embed and digest the real rows, block by block."""
    columns = tuple(dict.fromkeys(column for role, column in codec.columns.items() if role != "label"))
    digests = set(row_digests(originals, columns))
    embedded = []
    for at in range(0, len(originals), block_size):
        places = range(at, min(at + block_size, len(originals)))
        chunks = encode_chunks(codec, originals.select(places), places)
        # The same content may be stored in other bytes (JPEG, another PNG encoder), so real rows are written our way too.
        digests.update(row_digests(build_rows(codec, chunks, originals.features), columns))
        if judge is not None:
            embedded += [judge.embed(chunk).float().cpu() for chunk in chunks]
    embedding, rows = _distinct(torch.cat(embedded)) if embedded else (torch.zeros(0, 0), torch.zeros(0, dtype=torch.int64))
    apart, relative = real_spacing(embedding)
    typical = float(apart.median()) if len(apart) else 0.0
    return Reference(columns, frozenset(digests), embedding, rows, memorisation_threshold(relative, quantile), typical)


def _distinct(embedding: Tensor) -> tuple[Tensor, Tensor]:
    """The rows that differ, in their order: copies among the real rows say nothing about how far apart different rows lie."""
    first = np.sort(np.unique(embedding.numpy(), axis=0, return_index=True)[1])
    return embedding[torch.from_numpy(first)], torch.from_numpy(first)


def save_reference(reference: Reference, path: Path) -> None:
    """As safetensors, for other workers."""
    digests = np.frombuffer(b"".join(sorted(reference.digests)), dtype=np.uint8).reshape(-1, 16).copy()
    tensors = {"embedding": reference.embedding.contiguous(), "rows": reference.rows, "digests": torch.from_numpy(digests),
               "distances": torch.tensor([reference.memorised_below, reference.typical], dtype=torch.float64)}
    write_atomically(path, to_bytes(tensors))


def load_reference(path: Path, codec: RowCodec) -> Reference:
    """What `save_reference` wrote."""
    tensors = load_file(str(path))
    columns = tuple(dict.fromkeys(column for role, column in codec.columns.items() if role != "label"))
    digests = frozenset(bytes(row) for row in tensors["digests"].numpy())
    below, typical = tensors["distances"].tolist()
    return Reference(columns, digests, tensors["embedding"], tensors["rows"], below, typical)
