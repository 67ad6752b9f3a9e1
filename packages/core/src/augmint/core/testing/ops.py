"""Does an op keep the contract?"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from augmint.core.interfaces import Batch, Op, RowRandom, batch_size, concatenate
from augmint.core.testing.contract import (
    check_name,
    check_rows,
    copied,
    difference,
    ensure,
    global_random_untouched,
    others_replaced,
    row,
)

_REPLAY = "drawing is apart from applying: the same parameters give the same rows, so an augmentation replays exactly."
_ALONE = "a row's parameters depend on its own stream, magnitude and content alone, and so does the augmented row."
_NEW = "apply gives new tensors; its arguments are not modified."
_MONOTONE = "magnitude 0 changes least and more magnitude is never weaker."
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)


def check_op(op: Op, batch: Batch, *, seed: int = 0, tolerance: float = 1e-4, slack: float = 0.1,
             change: Callable[[Batch, Batch], float] | None = None) -> None:
    """Check an op on a batch.

    Args:
        op: the op.
        batch: at least 2 different rows, typical of the data: strength is judged by how much they change.
        seed: keys the draws.
        tolerance: how far a floating-point row may differ with the number of rows beside it, as a part of its largest value.
        slack: part by which the change may fall from one magnitude to a higher one: a rotation by 130 degrees need not change more
            pixels than one by 100.
        change: how much a batch (first) was changed (second); None takes the mean absolute difference over all entries.

    Raises:
        ConformanceError: saying what is broken and what the contract says.
    """
    n = batch_size(batch)
    if n < 2:
        raise ValueError("the batch must hold at least 2 rows: they are checked against each other")
    ensure(isinstance(op, Op), f"{type(op).__name__} is no augmint.core.interfaces.Op.", "an op subclasses Op.")
    check_name(type(op), "name")
    magnitude = torch.linspace(0.3, 0.9, n)
    _check_replay(op, batch, magnitude, seed)
    _check_rows_alone(op, batch, magnitude, seed, tolerance)
    _check_monotone(op, batch, seed, slack, change or mean_change)


def _rng(seed: int, rows: list[int], like: Batch) -> RowRandom:
    return RowRandom(seed, "check-op", rows=rows, device=next(iter(like.values())).device)


def _check_replay(op: Op, batch: Batch, magnitude: Tensor, seed: int) -> None:
    n, given = batch_size(batch), copied(batch)
    rows = list(range(n))
    with global_random_untouched("draw"):
        parameters = op.draw(_rng(seed, rows, batch), magnitude, batch)
    check_rows(parameters, n, "The parameters")
    drawn = copied(parameters)
    changed = difference(drawn, op.draw(_rng(seed, rows, batch), magnitude, batch))
    ensure(not changed, f"Drawing twice from the same streams gives different parameters ({changed}).", _REPLAY)
    changed = difference(given, batch)
    ensure(not changed, f"draw changes the batch ({changed}).", "draw reads the batch for shapes and lengths only.")
    with global_random_untouched("apply"):
        first = op.apply(batch, parameters)
    changed = difference(given, batch)
    ensure(not changed, f"apply changes the batch in place ({changed}).", _NEW)
    changed = difference(drawn, parameters)
    ensure(not changed, f"apply changes the parameters in place ({changed}).", _NEW)
    contract = "augmented rows have the same names, shapes and dtypes; only where a length counts what is used may they get wider."
    ensure(set(first) == set(batch), f"apply turns {sorted(batch)} into {sorted(first)}.", contract)
    for name, tensor in batch.items():
        got = first[name]
        ensure((got.shape == tensor.shape or _widened(name, batch, first)) and got.dtype == tensor.dtype,
               f"apply turns {name!r} from {tuple(tensor.shape)} {tensor.dtype} into {tuple(got.shape)} {got.dtype}.", contract)
    kept = copied(first)
    changed = difference(kept, op.apply(batch, parameters))
    ensure(not changed, f"Applying the same parameters twice gives different rows ({changed}).", _REPLAY)


def _check_rows_alone(op: Op, batch: Batch, magnitude: Tensor, seed: int, tolerance: float) -> None:
    n = batch_size(batch)
    parameters = op.draw(_rng(seed, list(range(n)), batch), magnitude, batch)
    whole = op.apply(batch, parameters)
    for position in (0, n - 1):
        others = [at if at == position else at + 1_000_003 for at in range(n)]
        moved = torch.where(torch.arange(n) == position, magnitude, 1 - magnitude)
        beside = others_replaced(batch, position)
        redrawn = op.draw(_rng(seed, others, batch), moved, beside)
        changed = difference(row(parameters, position), row(redrawn, position))
        ensure(not changed, f"The parameters of row {position} change with the rows beside it ({changed}).", _ALONE)
        changed = difference(row(whole, position), row(op.apply(beside, redrawn), position))
        ensure(not changed, f"Row {position} changes with the rows beside it ({changed}).", _ALONE)
        single = row(batch, position)
        redrawn = op.draw(_rng(seed, [position], batch), magnitude[position:position + 1], single)
        changed = difference(row(whole, position), op.apply(single, redrawn), tolerance)
        ensure(not changed, f"Row {position} augmented alone is another row ({changed}).", _ALONE)


def _check_monotone(op: Op, batch: Batch, seed: int, slack: float, change: Callable[[Batch, Batch], float]) -> None:
    """Averaged over several draws: one draw of a random direction says little."""
    n, levels = batch_size(batch), []
    for level in LEVELS:
        total = 0.0
        for repeat in range(8):
            rng = _rng(seed, [at + repeat * n for at in range(n)], batch)
            total += change(batch, op.apply(batch, op.draw(rng, torch.full((n,), level), batch)))
        levels.append(total / 8)
    words = ", ".join(f"{level}: {amount:.3g}" for level, amount in zip(LEVELS, levels))
    ensure(levels[0] <= min(levels) + 1e-9, f"Magnitude 0 does not change rows least (change by magnitude {words}).", _MONOTONE)
    for weak, strong in pairwise(levels):
        ensure(strong >= (1 - slack) * weak - 1e-9, f"More magnitude is weaker (change by magnitude {words}).", _MONOTONE)


def _widened(name: str, before: Batch, after: Batch) -> bool:
    """Whether an entry with a `<name>_length` is as before in all dimensions but the last, and the last is wider."""
    old, new = before[name].shape, after[name].shape
    return f"{name}_length" in before and len(old) == len(new) > 1 and old[:-1] == new[:-1] and old[-1] < new[-1]


def mean_change(before: Batch, after: Batch) -> float:
    """Mean absolute difference over all values of all entries; what got wider is compared with 0 there."""
    both = {name: concatenate([{name: tensor}, {name: after[name]}])[name].double() for name, tensor in before.items()}
    gaps = [(after - before).abs().flatten() for before, after in (pair.chunk(2) for pair in both.values())]
    return float(torch.cat(gaps).mean())
