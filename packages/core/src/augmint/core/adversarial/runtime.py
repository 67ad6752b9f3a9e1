"""The process that trains: Accelerate, wrapping for distributed training, threads and the global generator."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.state import AcceleratorState
from accelerate.tracking import LOGGER_TYPE_TO_CLASS, get_available_trackers
from accelerate.utils import DistributedType, ProjectConfiguration
from torch import nn

from augmint.core.adversarial.arguments import AdversarialArguments
from augmint.core.errors import UserError, nearest

_ENGINES = {"ACCELERATE_USE_DEEPSPEED": "DeepSpeed", "ACCELERATE_USE_FSDP": "FSDP", "ACCELERATE_USE_MEGATRON_LM": "Megatron-LM"}


def make_accelerator(args: AdversarialArguments) -> Accelerator:
    """Accelerate for one process, or for one of several started by `torchrun`.

    Raises:
        UserError: launched under an engine that cannot train two models at once, or a tracker is not there.
    """
    for variable, engine in _ENGINES.items():
        if os.environ.get(variable, "false").lower() in ("1", "true"):
            raise _refuse_engine(engine)
    AcceleratorState._reset_state()  # an earlier training in this process may have used another precision
    accelerator = Accelerator(
        mixed_precision="bf16" if args.bf16 else "no", cpu=args.use_cpu, log_with=trackers(args.report_to) or None,
        project_config=ProjectConfiguration(project_dir=args.output_dir, logging_dir=str(Path(args.output_dir) / "trackers")),
        kwargs_handlers=[DistributedDataParallelKwargs(
            broadcast_buffers=False, find_unused_parameters=args.ddp_find_unused_parameters, bucket_cap_mb=args.ddp_bucket_cap_mb)],
    )
    kind = accelerator.distributed_type
    if kind != DistributedType.NO and not str(kind.value).startswith("MULTI_"):
        raise _refuse_engine(str(kind.value))
    return accelerator


def _refuse_engine(engine: str) -> UserError:
    return UserError(f"Adversarial training holds two models in one process, which {engine} does not support.", where="adversarial",
                     fix="Launch with torchrun: every process then holds whole networks (DDP).")


def trackers(report_to: str | list[str]) -> list[str]:
    """Names for `Accelerator(log_with=...)`: everything asked for beside the JSONL log.

    Raises:
        UserError: unknown, or its package is not installed.
    """
    names = [report_to] if isinstance(report_to, str) else list(report_to)
    names = [name for name in names if name not in ("jsonl", "none")]
    if "all" in names:
        return [str(name) for name in get_available_trackers()]
    for name in names:
        if name not in LOGGER_TYPE_TO_CLASS:
            raise UserError(f"There is no tracker {name!r}.", where="adversarial.report_to", fix=nearest(name, [*LOGGER_TYPE_TO_CLASS, "jsonl"]))
        if name not in [str(kind) for kind in get_available_trackers()]:
            raise UserError(f"Tracker {name!r} is not installed.", where="adversarial.report_to",
                            fix=f"Install it (pip install {name}) or leave it out.")
    return names


def wrap(accelerator: Accelerator, module: nn.Module) -> nn.Module:
    """`module` on its device, in DistributedDataParallel where there are several processes.

    Accelerate also patches `forward` with autocast. That is taken off again: the phases enter autocast themselves, so that an
    objective can leave it for what needs float32, and the user's module stays as it was.
    """
    wrapped: nn.Module = accelerator.prepare_model(module)
    if module.__dict__.pop("_original_forward", None) is not None:
        module.__dict__.pop("forward", None)
    return wrapped


@contextmanager
def training_session(args: AdversarialArguments, accelerator: Accelerator) -> Iterator[None]:
    """Set the thread count, and give the global generator back untouched in the end: networks with dropout draw from it."""
    before = torch.get_num_threads()
    if args.threads is not None:
        torch.set_num_threads(args.threads)
    devices = [accelerator.device] if accelerator.device.type == "cuda" else []
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        torch.set_num_threads(before)


def mean_over_processes(accelerator: Accelerator, values: torch.Tensor) -> torch.Tensor:
    """The mean of float tensors of one shape, the same on every process."""
    if accelerator.num_processes == 1:
        return values
    reduced: Any = accelerator.reduce(values, reduction="mean")
    return torch.as_tensor(reduced)
