"""Does a generator keep the contract?"""

from __future__ import annotations

import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import torch

from augmint.core.interfaces import Batch, Generator, RowRandom
from augmint.core.testing.contract import (
    check_name,
    check_rows,
    copied,
    difference,
    ensure,
    global_random_untouched,
    module_device,
    others_replaced,
    row,
    unchanged,
)

_SAME = "the same rng and condition give the same rows."
_ALONE = "row i depends on its own stream and condition alone; its bits may depend on the number of rows, never on the other rows."


def check_generator(generator: Generator, condition: Batch | None = None, n: int = 4, *, seed: int = 0, differentiable: bool = True,
                    tolerance: float = 1e-3) -> None:
    """Check a generator; it is left as it was.

    Args:
        generator: on any device, in any mode. Rows are drawn in eval mode.
        condition: n different rows to condition on, or None where the generator draws its own.
        n: rows drawn, at least 2.
        seed: keys the draws.
        differentiable: False for a generator of discrete rows that is trained by policy gradients.
        tolerance: how far a row may differ with the number of rows beside it, as a part of the largest value.

    Raises:
        ConformanceError: saying what is broken and what the contract says.
    """
    if n < 2:
        raise ValueError("n must be at least 2: rows are checked against each other")
    _check_identity(generator)
    with unchanged(generator, training=False):
        _check_sample(generator, condition, n, seed)
        _check_rows_alone(generator, condition, n, seed, tolerance)
        if differentiable:
            _check_gradient(generator, condition, n, seed)
        _check_saving(generator, condition, n, seed)


def _draw(generator: Generator, condition: Batch | None, rows: list[int], seed: int) -> Batch:
    rng = RowRandom(seed, "check-generator", rows=rows, device=module_device(generator))
    with torch.no_grad():
        return generator.sample(len(rows), None if condition is None else dict(condition), rng=rng)


def _check_identity(generator: object) -> None:
    ensure(isinstance(generator, Generator), f"{type(generator).__name__} is no augmint.core.interfaces.Generator.",
           "a generator subclasses Generator.")
    check_name(type(generator), "modality", "output_key")


def _check_sample(generator: Generator, condition: Batch | None, n: int, seed: int) -> None:
    rows, given = list(range(n)), copied(condition or {})
    with global_random_untouched("sample"):
        first = _draw(generator, condition, rows, seed)
    changed = difference(given, condition or {})
    ensure(not changed, f"sample changes the condition it is given in place ({changed}).", "arguments are not modified.")
    check_rows(first, n, "The sampled batch")
    ensure(generator.output_key in first, f"The sampled batch has {sorted(first)}, not {generator.output_key!r}.",
           "the sampled batch holds output_key.")
    missing = sorted(set(given) - set(first))
    ensure(not missing, f"The sampled batch lacks {missing} of the condition.", "everything of the condition is handed through.")
    # What the generator writes anew (and its length) may begin as the condition's own.
    kept = {name: tensor for name, tensor in given.items() if not name.startswith(generator.output_key)}
    changed = difference(kept, {name: first[name] for name in kept})
    ensure(not changed, f"The sampled batch changes the condition ({changed}).", "everything of the condition is handed through.")
    output = first[generator.output_key]
    ensure(bool(torch.isfinite(output.double()).all()), f"{generator.output_key!r} holds values that are not finite.",
           "generated rows are finite.")
    changed = difference(first, _draw(generator, condition, rows, seed))
    ensure(not changed, f"Sampling twice with the same rng gives different rows ({changed}).", _SAME)
    other = _draw(generator, condition, [position + 1_000_003 for position in rows], seed)
    ensure(bool(difference(first, other)), "Sampling with other streams gives the same rows.",
           "the rng is the source of randomness.")
    rng = RowRandom(seed, "check-generator", rows=rows, device=module_device(generator))
    with torch.no_grad():
        called: Batch = generator(n, None if condition is None else dict(condition), rng=rng)
    changed = difference(first, called)
    ensure(not changed, f"Calling the generator differs from sample ({changed}).", "forward is sample.")


def _check_rows_alone(generator: Generator, condition: Batch | None, n: int, seed: int, tolerance: float) -> None:
    rows = list(range(n))
    whole = _draw(generator, condition, rows, seed)
    for position in (0, n - 1):
        others = [identity if identity == position else identity + 1_000_003 for identity in rows]
        replaced = None if condition is None else others_replaced(condition, position)
        again = _draw(generator, replaced, others, seed)
        changed = difference(row(whole, position), row(again, position))
        ensure(not changed, f"Row {position} changes with the rows beside it ({changed}).", _ALONE)
        alone = _draw(generator, None if condition is None else row(condition, position), [position], seed)
        changed = difference(row(whole, position), alone, tolerance)
        ensure(not changed, f"Row {position} drawn alone is another row ({changed}).", _ALONE)


def _check_gradient(generator: Generator, condition: Batch | None, n: int, seed: int) -> None:
    contract = "the output is differentiable with respect to the generator's parameters unless under torch.no_grad()."
    parameters = [parameter for parameter in generator.parameters() if parameter.requires_grad]
    ensure(bool(parameters), "The generator has no parameter that requires a gradient.", contract)
    rng = RowRandom(seed, "check-generator", rows=list(range(n)), device=module_device(generator))
    output = generator.sample(n, None if condition is None else dict(condition), rng=rng)[generator.output_key]
    ensure(output.requires_grad, f"{generator.output_key!r} carries no gradient.", contract)
    gradients: Any = torch.autograd.grad(output.double().square().sum(), parameters, allow_unused=True)
    found = [gradient for gradient in gradients if gradient is not None]
    ensure(any(bool((gradient != 0).any()) for gradient in found), "No gradient reaches any parameter.", contract)
    ensure(all(bool(torch.isfinite(gradient).all()) for gradient in found), "Gradients are not finite.", contract)


def _check_saving(generator: Generator, condition: Batch | None, n: int, seed: int) -> None:
    contract = "save_pretrained writes safetensors and a config, and from_pretrained gives the same generator."
    ensure(hasattr(generator, "save_pretrained") and hasattr(type(generator), "from_pretrained"),
           f"{type(generator).__name__} has no save_pretrained and from_pretrained.",
           "a generator also inherits huggingface_hub.PyTorchModelHubMixin.")
    kind: Any = type(generator)
    with tempfile.TemporaryDirectory() as folder:
        generator.save_pretrained(folder)  # type: ignore[operator]
        names = sorted(path.name for path in Path(folder).rglob("*") if path.is_file())
        ensure(any(name.endswith(".safetensors") for name in names), f"save_pretrained writes {names}.", contract)
        pickles = [name for name in names if name.endswith((".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"))]
        ensure(not pickles, f"save_pretrained writes {pickles}.", "nothing on disk is pickled.")
        with redirect_stdout(StringIO()):  # huggingface_hub prints what it loads
            loaded = kind.from_pretrained(folder).to(module_device(generator)).eval()
    changed = difference(_draw(generator, condition, list(range(n)), seed), _draw(loaded, condition, list(range(n)), seed))
    ensure(not changed, f"The saved and loaded generator samples other rows ({changed}).", contract)
