"""What the conformance checks share: the error they raise, comparison of batches, and a guard over global random state."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from augmint.core.interfaces import Batch, batch_size, concatenate


class ConformanceError(AssertionError):
    """A part does not keep the contract.

    Attributes:
        broken: what it does.
        contract: what the contract says.
    """

    def __init__(self, broken: str, contract: str) -> None:
        self.broken, self.contract = broken, contract
        super().__init__(f"{broken} The contract: {contract}")


def ensure(holds: bool, broken: str, contract: str) -> None:
    """Raise ConformanceError unless `holds`."""
    if not holds:
        raise ConformanceError(broken, contract)


def check_name(kind: type, *names: str) -> None:
    """Class attributes that must be non-empty strings."""
    for name in names:
        value = getattr(kind, name, None)
        ensure(isinstance(value, str) and bool(value), f"{kind.__name__}.{name} is {value!r}.",
               f"{name} is a class attribute, a non-empty string.")


def check_rows(batch: object, n: int, what: str) -> None:
    """A dict of tensors with n rows each."""
    contract = "a batch is a dict of names to tensors with rows along dimension 0."
    ensure(isinstance(batch, Mapping), f"{what} is a {type(batch).__name__}.", contract)
    assert isinstance(batch, Mapping)
    for name, tensor in batch.items():
        ensure(isinstance(tensor, Tensor), f"{what}[{name!r}] is a {type(tensor).__name__}.", contract)
        ensure(tensor.ndim > 0 and len(tensor) == n, f"{what}[{name!r}] has shape {tuple(tensor.shape)} for {n} rows.", contract)


def copied(batch: Mapping[str, Tensor]) -> Batch:
    """A copy that later changes in place do not reach."""
    return {name: tensor.detach().clone() for name, tensor in batch.items()}


def difference(first: Mapping[str, Tensor], second: Mapping[str, Tensor], tolerance: float = 0.0) -> str:
    """Where two batches differ, in words, or "". With a tolerance, floats may differ by that part of their largest magnitude."""
    if set(first) != set(second):
        return f"names {sorted(first)} and {sorted(second)}"
    for name, one in first.items():
        other = second[name]
        if f"{name}_length" in first:  # the length says what counts: what is filled up with 0 beyond it may be wider or narrower
            one, other = (value.squeeze(0) for value in concatenate([{"": one[None]}, {"": other[None]}])[""].split(1))
        if one.shape != other.shape or one.dtype != other.dtype:
            return f"{name!r}: {tuple(one.shape)} {one.dtype} and {tuple(other.shape)} {other.dtype}"
        if torch.equal(one, other):
            continue
        gap = float((one.double() - other.double()).abs().max())
        scale = float(torch.maximum(one.double().abs().max(), other.double().abs().max()))
        if not (one.is_floating_point() and gap <= tolerance * scale):
            return f"{name!r} by up to {gap:.3g}"
    return ""


def row(batch: Mapping[str, Tensor], position: int) -> Batch:
    """One row as a batch of one."""
    return {name: tensor[position:position + 1] for name, tensor in batch.items()}


def others_replaced(batch: Batch, keep: int) -> Batch:
    """The same number of rows with every row but `keep` replaced by a copy of another row."""
    n = batch_size(batch)
    index = torch.tensor([keep if position == keep else (position + 1) % n for position in range(n)])
    return {name: tensor[index.to(tensor.device)] for name, tensor in batch.items()}


def module_device(module: nn.Module) -> torch.device:
    """Where its parameters lie; the CPU where it has none."""
    first = next(module.parameters(), None)
    return torch.device("cpu") if first is None else first.device


@contextmanager
def unchanged(module: nn.Module, *, training: bool) -> Iterator[None]:
    """Run in train or eval mode; afterwards weights, buffers and every submodule's mode are as before."""
    modes = {name: part.training for name, part in module.named_modules()}
    state = {name: value.detach().clone() for name, value in module.state_dict().items()}
    module.train(training)
    try:
        yield
    finally:
        module.load_state_dict(state)
        for name, part in module.named_modules():
            part.training = modes[name]


@contextmanager
def global_random_untouched(what: str) -> Iterator[None]:
    """Raise ConformanceError where the block reads or writes a global generator (Python's, numpy's, torch's); put it back."""
    before = _global_states()
    try:
        yield
        after = _global_states()
        changed = [name for name, state in before.items() if not _equal(state, after[name])]
    finally:
        random.setstate(before["random"])  # type: ignore[arg-type]
        np.random.set_state(before["numpy.random"])  # type: ignore[arg-type]  # noqa: NPY002
        torch.set_rng_state(before["torch"])  # type: ignore[arg-type]
        if "torch.cuda" in before:
            torch.cuda.set_rng_state_all(before["torch.cuda"])  # type: ignore[arg-type]
    ensure(not changed, f"{what} uses the global generator of {', '.join(changed)}.",
           "every random draw comes from the rng that is handed in; no global generator is read or written.")


def _global_states() -> dict[str, object]:
    states: dict[str, object] = {
        "random": random.getstate(), "numpy.random": np.random.get_state(), "torch": torch.get_rng_state(),  # noqa: NPY002
    }
    if torch.cuda.is_available():
        states["torch.cuda"] = torch.cuda.get_rng_state_all()
    return states


def _equal(first: object, second: object) -> bool:
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        return len(first) == len(second) and all(_equal(one, other) for one, other in zip(first, second))
    if isinstance(first, np.ndarray):
        return bool(np.array_equal(first, second))  # type: ignore[arg-type]
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        return torch.equal(first, second)
    return first == second
