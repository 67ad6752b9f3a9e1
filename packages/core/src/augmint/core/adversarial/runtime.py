"""The process that trains: Accelerate, wrapping for distributed training, threads and the global generator."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
import torch.distributed
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.state import AcceleratorState
from accelerate.tracking import LOGGER_TYPE_TO_CLASS, get_available_trackers
from accelerate.utils import DistributedType, ProjectConfiguration
from torch import Tensor, nn

from augmint.core.adversarial.arguments import AdversarialArguments
from augmint.core.errors import UserError, nearest

_ENGINES = {"ACCELERATE_USE_DEEPSPEED": "DeepSpeed", "ACCELERATE_USE_FSDP": "FSDP", "ACCELERATE_USE_MEGATRON_LM": "Megatron-LM"}


class Runtime:
    """One process, or one of several started by `torchrun`.

    Whatever a step needs is read from Accelerate once, here: Accelerate keeps its state in shared class attributes, and a
    `transformers.Trainer` that an evaluator makes meanwhile resets them.

    Attributes:
        accelerator: holds the trackers.
        device: where networks and batches live.
        processes, rank: how many processes, and which of them this is.

    Raises:
        UserError: launched under an engine that cannot train two models at once, bf16 is not to be had, or a tracker is not there.
    """

    def __init__(self, args: AdversarialArguments) -> None:
        for variable, engine in _ENGINES.items():
            if os.environ.get(variable, "false").lower() in ("1", "true"):
                raise _refuse_engine(engine)
        # an earlier training in this process may have used another precision or device
        AcceleratorState._reset_state(reset_partial_state=not _in_process_group())
        self.accelerator = _make_accelerator(args)
        kind = self.accelerator.distributed_type
        if kind != DistributedType.NO and not str(kind.value).startswith("MULTI_"):
            raise _refuse_engine(str(kind.value))
        self.device: torch.device = self.accelerator.device
        self.processes: int = self.accelerator.num_processes
        self.rank: int = self.accelerator.process_index
        self.bf16 = args.bf16

    @property
    def is_main(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def wrap(self, module: nn.Module) -> nn.Module:
        """`module` on its device, in DistributedDataParallel where there are several processes.

        Accelerate also patches `forward` with autocast. That is taken off again: the phases enter autocast themselves, so that
        an objective can leave it for what needs float32, and the user's module stays as it was.
        """
        wrapped: nn.Module = self.accelerator.prepare_model(module)
        if module.__dict__.pop("_original_forward", None) is not None:
            module.__dict__.pop("forward", None)
        return wrapped

    def autocast(self) -> torch.autocast:
        """bfloat16 where the arguments ask for it."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16)

    def no_sync(self, wrapped: nn.Module) -> AbstractContextManager[Any]:
        """Gradients stay on this process."""
        return wrapped.no_sync() if isinstance(wrapped, nn.parallel.DistributedDataParallel) else nullcontext()

    def mean(self, values: Tensor) -> Tensor:
        """The mean over processes of float tensors of one shape, the same on every process."""
        if self.processes == 1:
            return values
        total = values.detach().clone()
        torch.distributed.all_reduce(total)
        return total / self.processes

    def share(self, value: Any) -> Any:
        """What the first process has, on every process."""
        if self.processes == 1:
            return value
        box = [value]
        torch.distributed.broadcast_object_list(box, src=0)
        return box[0]

    def wait(self) -> None:
        """Until every process is here."""
        if self.processes > 1:
            torch.distributed.barrier()

    def start_trackers(self, name: str, config: dict[str, Any]) -> None:
        """Begin a run in every tracker."""
        if self.accelerator.log_with:
            self.accelerator.init_trackers(name, config={k: v for k, v in config.items() if isinstance(v, (int, float, str, bool))})

    def track(self, figures: dict[str, Any], step: int) -> None:
        """Send the numbers among `figures` to the trackers."""
        if self.accelerator.trackers:
            self.accelerator.log({k: v for k, v in figures.items() if isinstance(v, (int, float)) and k != "step"}, step=step)

    def finish_trackers(self) -> None:
        """End the trackers' run. Not `end_training`: that would also end the process group."""
        for tracker in self.accelerator.trackers:
            tracker.finish()
        self.accelerator.trackers = []


def _in_process_group() -> bool:
    return torch.distributed.is_available() and torch.distributed.is_initialized()


def _make_accelerator(args: AdversarialArguments) -> Accelerator:
    names = trackers(args.report_to)
    ddp = DistributedDataParallelKwargs(
        broadcast_buffers=False, find_unused_parameters=args.ddp_find_unused_parameters, bucket_cap_mb=args.ddp_bucket_cap_mb)
    folders = ProjectConfiguration(project_dir=args.output_dir, logging_dir=str(Path(args.output_dir) / "trackers"))
    # Accelerate forms no group of processes on CPUs unless it is told that there is nothing else.
    launched = int(os.environ.get("WORLD_SIZE", "1")) > 1
    cpu = args.use_cpu or (launched and not torch.accelerator.is_available())
    try:
        return Accelerator(mixed_precision="bf16" if args.bf16 else "no", cpu=cpu, log_with=names or None,
                           project_config=folders, kwargs_handlers=[ddp])
    except ValueError as error:
        if args.bf16 and "bf16" in str(error):
            raise UserError("This device cannot compute in bfloat16.", where="adversarial.bf16", fix="Set it to false.") from error
        raise


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
            raise UserError(f"There is no tracker {name!r}.", where="adversarial.report_to",
                            fix=nearest(name, [*LOGGER_TYPE_TO_CLASS, "jsonl", "none", "all"]))
        if name not in [str(kind) for kind in get_available_trackers()]:
            raise UserError(f"Tracker {name!r} is not installed.", where="adversarial.report_to",
                            fix=f"Install it (pip install {name}) or leave it out.")
    return names


@contextmanager
def training_session(threads: int | None, device: torch.device) -> Iterator[None]:
    """Set the thread count, and give the global generator back untouched in the end: networks with dropout draw from it."""
    before = torch.get_num_threads()
    if threads is not None:
        torch.set_num_threads(threads)
    devices = [device] if device.type == "cuda" else []
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        torch.set_num_threads(before)


def reseed(device: torch.device, seed: int) -> None:
    """Seed the global generators that a network on `device` may draw from.

    Not `torch.manual_seed`: on a machine without CUDA it queues a call, with a stack trace, every time.
    """
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
