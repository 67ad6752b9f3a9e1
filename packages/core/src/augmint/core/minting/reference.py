"""What candidates are held against: the real training rows, embedded and digested once."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from torch import Tensor

from augmint.core.data.duplicates import row_digests
from augmint.core.errors import UserError
from augmint.core.interfaces import Judge, RowCodec
from augmint.core.minting.files import write_atomically
from augmint.core.minting.memorisation import memorisation_threshold, nearest_distances, real_spacing
from augmint.core.minting.rows import build_rows, encode_chunks

SAME = 1e-3
"""Part of the typical distance within which two rows are one: the same row embedded in another batch is rounded otherwise."""


@dataclass(frozen=True)
class Reference:
    """Real rows as the filters see them.

    Attributes:
        columns: payload columns that make up a row's content (all the codec knows but the label).
        digests: digest of every real row, as stored and as the codec would write it, 16 bytes each.
        embedding: the judge's features of the distinct real rows, float32 (distinct, dim); (0, 0) without a judge.
        rows: int64 (distinct,), ascending, which real row each of them is (the first of equal ones); below 0 for rows that are not
            in the data set at hand.
        memorised_below: relative distance under which a candidate counts as memorised; 0 switches the check off.
        typical: median distance between neighbouring real rows; 0 where it is not known.
        seen: digests of rows that went by before, real or minted, which count as `digests` do.
    """

    columns: tuple[str, ...]
    digests: frozenset[bytes]
    embedding: Tensor
    rows: Tensor
    memorised_below: float
    typical: float
    seen: Set[bytes] = frozenset()

    def __contains__(self, digest: bytes) -> bool:
        return digest in self.digests or digest in self.seen


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


def calibrated(reference: Reference, quantile: float) -> Reference:
    """The same rows with the distances that follow from them and `MintArguments.memorisation_quantile`."""
    apart, relative = real_spacing(reference.embedding)
    typical = float(apart.median()) if len(apart) else 0.0
    return replace(reference, memorised_below=memorisation_threshold(relative, quantile), typical=typical)


def joined(known: Reference, own: Reference) -> Reference:
    """The rows at hand and those known besides. What counts as close is what `known` says, where it says anything.

    Raises:
        UserError: where the two were embedded by different judges.
    """
    if not len(own.embedding):
        return replace(own, digests=known.digests | own.digests, seen=known.seen)
    rule = known if known.typical > 0 else own
    further = known.embedding
    if len(further):
        if further.shape[1] != own.embedding.shape[1]:
            raise UserError(f"Known rows have {further.shape[1]} features, this judge gives {own.embedding.shape[1]}.",
                            where="Augmenter", fix="Give the judge that the reference was made with.")
        # Rows that are in both stay as rows at hand, so that a version of one is not held against its own parent.
        further = further[nearest_distances(further, own.embedding)[0] > SAME * rule.typical]
    embedding = torch.cat([further, own.embedding]) if len(further) else own.embedding
    rows = torch.cat([torch.arange(-len(further), 0), own.rows])
    return Reference(own.columns, known.digests | own.digests, embedding, rows, rule.memorised_below, rule.typical, known.seen)


def save_reference(reference: Reference, path: Path) -> None:
    """As safetensors, for other workers and for augmenters."""
    digests = np.frombuffer(b"".join(sorted(reference.digests)), dtype=np.uint8).reshape(-1, 16).copy()
    tensors = {"embedding": reference.embedding.contiguous(), "rows": reference.rows, "digests": torch.from_numpy(digests),
               "distances": torch.tensor([reference.memorised_below, reference.typical], dtype=torch.float64)}
    write_atomically(path, to_bytes(tensors))


def load_reference(path: Path, codec: RowCodec | None = None) -> Reference:
    """What `save_reference` wrote; without columns where there is no codec yet, which will do for `joined`."""
    tensors = load_file(str(path))
    named = codec.columns if codec is not None else {}
    columns = tuple(dict.fromkeys(column for role, column in named.items() if role != "label"))
    digests = frozenset(bytes(row) for row in tensors["digests"].numpy())
    below, typical = tensors["distances"].tolist()
    return Reference(columns, digests, tensors["embedding"], tensors["rows"], below, typical)
