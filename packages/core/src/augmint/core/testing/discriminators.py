"""Does a discriminator keep the contract?"""

from __future__ import annotations

import torch
from torch import Tensor

from augmint.core.interfaces import Batch, Discriminator, batch_size
from augmint.core.testing.contract import (
    check_name,
    check_rows,
    copied,
    difference,
    ensure,
    global_random_untouched,
    others_replaced,
    row,
    unchanged,
)

_ALONE = "row i of the logits depends on row i of the batch alone, in training too: no batch statistics."
_SHAPE = "logits are floating point, (n,) or (n, ...), and finite."
_GRADIENT = "logits are differentiable with respect to the rows, which is how the generator learns."


def check_discriminator(discriminator: Discriminator, batch: Batch, *, input_key: str | None = None,
                        tolerance: float = 1e-3) -> None:
    """Check a discriminator; it is left as it was.

    Args:
        discriminator: on any device, in any mode.
        batch: at least 2 different rows as it takes them, on its device.
        input_key: the entry that generators make; None takes the first floating-point entry. Where there is none (token ids),
            gradients are not checked.
        tolerance: how far a logit may differ with the number of rows beside it, as a part of the largest logit.

    Raises:
        ConformanceError: saying what is broken and what the contract says.
    """
    n = batch_size(batch)
    if n < 2:
        raise ValueError("the batch must hold at least 2 rows: they are checked against each other")
    ensure(isinstance(discriminator, Discriminator), f"{type(discriminator).__name__} is no augmint.core.interfaces.Discriminator.",
           "a discriminator subclasses Discriminator.")
    check_name(type(discriminator), "modality")
    with unchanged(discriminator, training=False):
        _check_scores(discriminator, batch, n)
        _check_rows_alone(discriminator, batch, n, tolerance)
    key = input_key or next((name for name, tensor in batch.items() if tensor.is_floating_point()), None)
    if key is not None:
        with unchanged(discriminator, training=True):
            _check_gradient(discriminator, batch, key, n)


def _score(discriminator: Discriminator, batch: Batch) -> Tensor:
    with torch.no_grad():
        logits: Tensor = discriminator(dict(batch))
    return logits


def _check_scores(discriminator: Discriminator, batch: Batch, n: int) -> None:
    given = copied(batch)
    with global_random_untouched("The discriminator in eval mode"):
        logits = _score(discriminator, batch)
    ensure(isinstance(logits, Tensor), f"The discriminator returns a {type(logits).__name__}.", _SHAPE)
    check_rows({"logits": logits}, n, "The result")
    ensure(logits.is_floating_point() and bool(torch.isfinite(logits).all()), "Logits are not finite floating point.", _SHAPE)
    changed = difference(given, batch)
    ensure(not changed, f"The batch is changed in place ({changed}).", "arguments are not modified.")
    ensure(torch.equal(logits, _score(discriminator, batch)), "Scoring the same rows twice in eval mode gives different logits.",
           "in eval mode a discriminator is a function of its rows.")


def _check_rows_alone(discriminator: Discriminator, batch: Batch, n: int, tolerance: float) -> None:
    whole = {"logits": _score(discriminator, batch)}
    for position in (0, n - 1):
        again = {"logits": _score(discriminator, others_replaced(batch, position))}
        changed = difference(row(whole, position), row(again, position))
        ensure(not changed, f"The score of row {position} changes with the rows beside it ({changed}).", _ALONE)
        alone = {"logits": _score(discriminator, row(batch, position))}
        scale = tolerance * max(1.0, float(whole["logits"].abs().max()))
        gap = float((alone["logits"] - whole["logits"][position:position + 1]).abs().max())
        ensure(gap <= scale, f"Row {position} alone scores differently, by {gap:.3g}.", _ALONE)


def _check_gradient(discriminator: Discriminator, batch: Batch, key: str, n: int) -> None:
    """In train mode, where batch normalisation would show: the gradient of one row's score lies in that row alone."""
    for position in (0, n - 1):
        rows = batch[key].detach().clone().requires_grad_(True)
        with torch.random.fork_rng(), torch.enable_grad():
            logits: Tensor = discriminator({**batch, key: rows})
            ensure(logits.requires_grad, f"Logits carry no gradient for {key!r}.", _GRADIENT)
            gradient, = torch.autograd.grad(logits[position].sum(), rows, allow_unused=True)
        ensure(gradient is not None and bool((gradient[position] != 0).any()), f"No gradient reaches {key!r}.", _GRADIENT)
        assert gradient is not None
        ensure(bool(torch.isfinite(gradient).all()), f"The gradient for {key!r} is not finite.", _GRADIENT)
        others = torch.arange(n, device=gradient.device) != position
        ensure(not bool((gradient[others] != 0).any()),
               f"In training, the score of row {position} depends on the rows beside it.", _ALONE)
