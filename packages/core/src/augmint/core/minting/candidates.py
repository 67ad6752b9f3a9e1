"""Making candidates: rows out of a generator (or a policy over real rows) with everything the filters want to know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from augmint.core.data.duplicates import row_digests
from augmint.core.interfaces import Batch, RowRandom, batch_size, concatenate, select, to_device
from augmint.core.minting.memorisation import relative_distances
from augmint.core.minting.parents import conditions, drawn_parents
from augmint.core.minting.parts import MintParts
from augmint.core.minting.plan import NO_CLASS, MintPlan, Shard
from augmint.core.minting.reference import Reference
from augmint.core.minting.rows import build_rows, encode_chunks, inherited
from augmint.core.minting.torch_state import evaluating, fixed_threads

FIGURES = pa.schema([
    ("augmint:id", pa.int64()), ("augmint:label", pa.int64()), ("augmint:seed", pa.int64()), ("augmint:parent", pa.int64()),
    ("augmint:finite", pa.bool_()), ("augmint:score", pa.float32()), ("augmint:agreement", pa.float32()),
    ("augmint:distance", pa.float32()), ("augmint:nearest", pa.int64()), ("augmint:digest", pa.binary()),
    ("augmint:embedding", pa.list_(pa.float32())), ("augmint:flaw", pa.string()),
])
"""Columns of a candidate beside the source's own."""


def mint_shard(plan: MintPlan, shard: Shard, parts: MintParts, reference: Reference) -> pa.Table:
    """The shard's candidates: the source's columns and `FIGURES`, one row an id. Depends on its arguments alone.

    Networks see blocks of `block_size` rows, the last one padded, so that no row's bytes depend on how work is cut up.
    """
    ids, labels = plan.ids(shard), np.asarray(shard.labels, dtype=np.int64)
    seeds = np.array([plan.row_seed(int(candidate)) for candidate in ids], dtype=np.int64)
    with torch.no_grad(), fixed_threads(plan.arguments.threads), evaluating(parts.generator, parts.discriminator):
        if parts.generator is not None:
            made, score, parents = _generated(plan, parts, ids, labels, seeds)
            finite = _finite(made)
            chunks = [parts.codec.from_network(_tame(made))]
        else:
            chunks, parents = _augmented(parts, labels, seeds)
            finite, score = np.concatenate([_finite(chunk) for chunk in chunks]), None
            chunks = [_tame(chunk) for chunk in chunks]
        rows = build_rows(parts.codec, chunks, parts.features)
        if parents is not None and (parts.generator is None or parts.generator.gentlest is not None):
            rows = inherited(rows, parts.originals, parents.tolist(), list(parts.codec.columns.values()))
        # What is judged is the row as it will be read back, rounding and compression included.
        read = encode_chunks(parts.codec, rows)
        judged = _judged(plan, parts, read, reference, parents)
        flaws = [flaw for chunk in read for flaw in parts.rules(chunk)] if parts.rules is not None else None
    figures: dict[str, Any] = {
        "augmint:id": ids, "augmint:label": labels, "augmint:seed": seeds, "augmint:finite": finite,
        "augmint:parent": parents, "augmint:score": score, "augmint:digest": row_digests(rows, reference.columns),
        "augmint:flaw": flaws, **judged,
    }
    table = rows.with_format("arrow")[:]
    for column in FIGURES:
        values = figures.get(column.name)
        array = pa.nulls(len(ids), column.type) if values is None else pa.array(values, type=column.type)
        table = table.append_column(column, array)
    return table


def _blocks(n: int, size: int) -> Iterator[tuple[np.ndarray, int]]:
    """Positions of every block, always `size` of them (the last row repeated), and how many of them count."""
    for at in range(0, n, size):
        real = np.arange(at, min(at + size, n))
        yield np.concatenate([real, np.full(size - len(real), n - 1)]), len(real)


def _judged(
    plan: MintPlan, parts: MintParts, chunks: list[Batch], reference: Reference, parents: np.ndarray | None
) -> dict[str, Any]:
    """What the judge says of every row. Versions of real rows are held against the other real rows."""
    judge = parts.judge
    if judge is None:
        return {}
    embedded, sure = [], []
    for chunk in chunks:
        for at, count in _blocks(batch_size(chunk), plan.arguments.block_size if len(chunks) == 1 else 1):
            block = select(chunk, torch.from_numpy(at))
            embedded.append(judge.embed(block).float().cpu()[:count])
            agreement = judge.agreement(block)
            if agreement is not None:
                sure.append(agreement[:count])
    embedding = torch.cat(embedded)
    own = None
    if parents is not None and parts.generator is not None and parts.generator.gentlest is not None and len(reference.rows):
        own = torch.searchsorted(reference.rows, torch.from_numpy(parents)).clamp(max=len(reference.rows) - 1)
    distance, nearest = relative_distances(embedding, reference.embedding, own)
    nearest = reference.rows[nearest] if len(reference.rows) else nearest
    return {"augmint:embedding": list(embedding.numpy()), "augmint:distance": distance.numpy(), "augmint:nearest": nearest.numpy(),
            "augmint:agreement": torch.cat(sure).numpy() if sure else None}


def _generated(plan: MintPlan, parts: MintParts, ids: np.ndarray, labels: np.ndarray,
               seeds: np.ndarray) -> tuple[Batch, np.ndarray | None, np.ndarray | None]:
    """Generated rows, their discriminator scores, and the original rows that they were made for."""
    generator, discriminator = parts.generator, parts.discriminator
    assert generator is not None
    device = next((parameter.device for parameter in generator.parameters()), torch.device("cpu"))
    given, parents = conditions(plan, parts, ids, labels)
    made, scores, controls = [], [], plan.controls
    for at, count in _blocks(len(labels), plan.arguments.block_size):
        condition = select(given, torch.from_numpy(at)) if given is not None else {}
        if labels[0] != NO_CLASS:
            condition["label"] = torch.from_numpy(labels[at])
        condition = to_device(condition, device)
        block = generator.sample(len(at), condition or None, rng=RowRandom(0, "mint", rows=seeds[at], device=device), **controls)
        made.append(select(block, slice(count)))
        if discriminator is not None:
            logits = discriminator(block).float()
            scores.append(logits.reshape(len(logits), -1).mean(1).cpu()[:count])
    return concatenate(made), torch.cat(scores).numpy() if scores else None, parents


def _augmented(parts: MintParts, labels: np.ndarray, seeds: np.ndarray) -> tuple[list[Batch], np.ndarray]:
    """Real rows of the wanted classes through the policy, and which rows they were."""
    assert parts.policy is not None
    parents = drawn_parents(parts, labels, seeds)
    chunks, at = [], 0
    for chunk in encode_chunks(parts.codec, parts.originals.select(parents), parents.tolist()):
        n = batch_size(chunk)
        chunks.append(parts.policy.augment(chunk, RowRandom(0, "mint", rows=seeds[at : at + n])))
        at += n
    return chunks, parents


def _finite(made: Batch) -> np.ndarray:
    """Whether all numbers of a row are finite, bool (n,)."""
    good = torch.ones(batch_size(made), dtype=torch.bool)
    for tensor in made.values():
        if tensor.is_floating_point():
            good &= tensor.reshape(len(tensor), -1).isfinite().all(1).cpu()
    return good.numpy()


def _tame(batch: Batch) -> Batch:
    """On the CPU, with zeros for numbers that are not finite, so that a row can be stored; `_finite` has it rejected."""
    return {name: torch.nan_to_num(tensor.cpu(), nan=0.0, posinf=0.0, neginf=0.0) if tensor.is_floating_point() else tensor.cpu()
            for name, tensor in batch.items()}
