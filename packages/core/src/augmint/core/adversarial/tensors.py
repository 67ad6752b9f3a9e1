"""Modules and optimisers to safetensors and back, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from augmint.core.errors import UserError


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a safetensors file; tensors that share memory are written apart."""
    seen: set[int] = set()
    plain: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        value = tensor.detach().cpu().contiguous()
        if value.data_ptr() in seen or value.data_ptr() == tensor.data_ptr():
            value = value.clone(memory_format=torch.contiguous_format)
        seen.add(value.data_ptr())
        plain[name] = value
    save_file(plain, path, metadata={"format": "pt"})


def module_tensors(module: nn.Module) -> dict[str, Tensor]:
    """The module's state, which must be tensors alone.

    Raises:
        UserError: the module keeps other state (`get_extra_state`), which a checkpoint could not restore.
    """
    state = module.state_dict()
    for name, value in state.items():
        if not isinstance(value, Tensor):
            raise UserError(f"{type(module).__name__} keeps {name!r}, which is no tensor.", where="checkpoint",
                            fix="Keep it in a buffer, so that it can be saved without pickle.")
    return state


@torch.no_grad()
def load_module(module: nn.Module, path: Path) -> None:
    """Copy the file's values into the module's own tensors.

    Raises:
        UserError: the file belongs to another architecture.
    """
    state, loaded = module_tensors(module), load_file(path)
    reshaped = {name for name in state.keys() & loaded.keys() if state[name].shape != loaded[name].shape}
    if odd := sorted((state.keys() ^ loaded.keys()) | reshaped):
        raise UserError(f"{path} does not fit {type(module).__name__}; they differ in {', '.join(odd[:5])}.", where="checkpoint",
                        fix="Resume with the networks that the training began with, or start in another output_dir.")
    for name, tensor in state.items():
        tensor.copy_(loaded[name])


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """ "<position of the parameter>.<name>" -> tensor, over the one group that the trainer makes."""
    parameters = optimizer.param_groups[0]["params"]
    return {f"{index}.{name}": value for index, p in enumerate(parameters) for name, value in optimizer.state.get(p, {}).items()}


def load_optimizer(optimizer: torch.optim.Optimizer, path: Path) -> None:
    """Restore what `optimizer_tensors` gave, in the memory layout that the optimiser itself would have chosen."""
    parameters = optimizer.param_groups[0]["params"]
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in load_file(path).items():
        index, name = key.split(".", 1)
        like = parameters[int(index)]
        if value.shape == like.shape and value.dim() > 0:
            value = torch.empty_like(like, dtype=value.dtype, memory_format=torch.preserve_format).copy_(value)
        state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
