"""Does a policy keep the contract?"""

from __future__ import annotations

import json
import re
from typing import Any

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, MintSettings, Policy, RowRandom, batch_size
from augmint.core.testing.contract import (
    ConformanceError,
    check_rows,
    copied,
    difference,
    ensure,
    global_random_untouched,
    others_replaced,
    row,
)

_PURE = "the same batch and rng give the same rows, and arguments are not modified."
_ALONE = "row i of augment depends on row i and its stream alone; mixing rows belongs into mix."
_JSON = "to_dict gives JSON values with modality, version and mint, and from_dict gives the same policy back."


def check_policy(policy: Policy, batch: Batch, *, seed: int = 0, tolerance: float = 1e-4) -> None:
    """Check a policy on a batch.

    Args:
        policy: the policy.
        batch: at least 2 different rows as `augment` takes them.
        seed: keys the draws.
        tolerance: how far a floating-point row may differ with the number of rows beside it, as a part of its largest value.

    Raises:
        ConformanceError: saying what is broken and what the contract says.
    """
    if batch_size(batch) < 2:
        raise ValueError("the batch must hold at least 2 rows: they are checked against each other")
    ensure(isinstance(policy, Policy), f"{type(policy).__name__} is no augmint.core.interfaces.Policy.",
           "a policy subclasses Policy.")
    again = _check_json(policy)
    _check_purity(policy, batch, seed)
    changed = difference(policy(copied(batch), _rng(seed, batch)), again(copied(batch), _rng(seed, batch)))
    ensure(not changed, f"The policy read back from its JSON augments differently ({changed}).", _JSON)
    _check_rows_alone(policy, batch, seed, tolerance)


def _rng(seed: int, batch: Batch, rows: list[int] | None = None) -> RowRandom:
    device = next(iter(batch.values())).device
    return RowRandom(seed, "check-policy", rows=list(range(batch_size(batch))) if rows is None else rows, device=device)


def _check_json(policy: Policy) -> Policy:
    values = policy.to_dict()
    try:
        text = json.dumps(values, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ConformanceError(f"to_dict gives what JSON cannot hold: {error}.", _JSON) from error
    for name in ("modality", "version", "mint"):
        ensure(name in values, f"to_dict lacks {name!r}.", _JSON)
    ensure(values["modality"] == policy.modality and values["version"] == policy.version,
           f"to_dict says {values['modality']!r} version {values['version']!r}.", _JSON)
    ensure(isinstance(policy.mint, MintSettings) and values["mint"] == policy.mint_dict(),
           "to_dict's mint is not the policy's.", _JSON)
    fingerprint = policy.fingerprint
    ensure(bool(re.fullmatch("[0-9a-f]{12}", fingerprint)), f"The fingerprint is {fingerprint!r}.",
           "a fingerprint is 12 hex digits.")
    again = type(policy).from_dict(json.loads(text))
    ensure(again.to_dict() == json.loads(text), "from_dict and to_dict do not give the same JSON back.", _JSON)
    ensure(again.fingerprint == fingerprint, "The fingerprint changes through JSON.", _JSON)
    _check_refusal(policy, {**json.loads(text), "no such key": 1}, "an unknown key")
    _check_refusal(policy, {**json.loads(text), "version": 10**6}, "an unknown version")
    return again


def _check_refusal(policy: Policy, values: dict[str, Any], what: str) -> None:
    contract = "from_dict raises UserError on an unknown op, key or version."
    try:
        type(policy).from_dict(values)
    except UserError:
        return
    except Exception as error:
        raise ConformanceError(f"from_dict answers {what} with {type(error).__name__}.", contract) from error
    raise ConformanceError(f"from_dict takes {what} silently.", contract)


def _check_purity(policy: Policy, batch: Batch, seed: int) -> None:
    n, given, values = batch_size(batch), copied(batch), json.dumps(policy.to_dict())
    with global_random_untouched("augment"):
        first = copied(policy.augment(batch, _rng(seed, batch)))
    check_rows(first, n, "The augmented batch")
    missing = sorted(set(batch) - set(first))
    ensure(not missing, f"augment drops {missing}.", "augment keeps the batch's entries.")
    changed = difference(given, batch)
    ensure(not changed, f"augment changes the batch in place ({changed}).", _PURE)
    changed = difference(first, policy.augment(batch, _rng(seed, batch)))
    ensure(not changed, f"Augmenting twice with the same rng gives different rows ({changed}).", _PURE)
    with global_random_untouched("mix"):
        mixed = copied(policy.mix(batch, _rng(seed, batch)))
    changed = difference(given, batch)
    ensure(not changed, f"mix changes the batch in place ({changed}).", _PURE)
    changed = difference(mixed, policy.mix(batch, _rng(seed, batch)))
    ensure(not changed, f"Mixing twice with the same rng gives different rows ({changed}).", _PURE)
    ensure(json.dumps(policy.to_dict()) == values, "Augmenting changes the policy.", "a policy is immutable.")


def _check_rows_alone(policy: Policy, batch: Batch, seed: int, tolerance: float) -> None:
    n = batch_size(batch)
    whole = policy.augment(batch, _rng(seed, batch))
    for position in (0, n - 1):
        others = [at if at == position else at + 1_000_003 for at in range(n)]
        again = policy.augment(others_replaced(batch, position), _rng(seed, batch, others))
        changed = difference(row(whole, position), row(again, position), tolerance)
        ensure(not changed, f"Row {position} changes with the rows beside it ({changed}).", _ALONE)
        alone = policy.augment(row(batch, position), _rng(seed, batch, [position]))
        changed = difference(row(whole, position), alone, tolerance)
        ensure(not changed, f"Row {position} augmented alone is another row ({changed}).", _ALONE)
