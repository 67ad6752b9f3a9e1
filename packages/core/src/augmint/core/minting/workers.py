"""Getting shards made: by this process, by an executor's, or by the ranks of torchrun or SLURM."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from augmint.core.errors import AugmintError
from augmint.core.minting.candidates import mint_shard
from augmint.core.minting.files import write_table
from augmint.core.minting.parts import MintParts
from augmint.core.minting.plan import MintPlan, Shard
from augmint.core.minting.reference import Reference, load_reference

PartsLoader = Callable[[], MintParts]
"""Builds the parts in whichever process mints; picklable where processes are used (`functools.partial` of a module's function)."""

PATIENCE = 30.0
"""Seconds without a new file after which a rank takes over others' shards."""

_held: dict[str, tuple[MintParts, Reference]] = {}


def rank_and_world() -> tuple[int, int]:
    """This process's rank and the number of ranks, from torchrun's or SLURM's environment; (0, 1) elsewhere."""
    # SLURM_NTASKS would be set in a batch script that starts one process alone; the step's count is set by srun only.
    for rank, world in (("RANK", "WORLD_SIZE"), ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS")):
        if rank in os.environ and world in os.environ:
            return int(os.environ[rank]), int(os.environ[world])
    return 0, 1


def shard_path(work: Path, shard: Shard) -> Path:
    return work / f"shard-{shard.index:06d}.parquet"


def hold(plan: MintPlan, parts: MintParts, reference: Reference) -> None:
    """Keep these for the plan's shards in this process, and only these."""
    _held.clear()
    _held[plan.fingerprint] = parts, reference


def release() -> None:
    """Let go of what is held."""
    _held.clear()


def mint_shard_file(plan: MintPlan, shard: Shard, load_parts: PartsLoader, work: Path) -> Path:
    """Make one shard's file unless it is there. Parts are loaded once a process."""
    path = shard_path(work, shard)
    if path.exists():
        return path
    if plan.fingerprint not in _held:
        parts = load_parts()
        hold(plan, parts, load_reference(work / "reference.safetensors", parts.codec))
    parts, reference = _held[plan.fingerprint]
    write_table(path, mint_shard(plan, shard, parts, reference))
    return path


def make_shards(plan: MintPlan, shards: Sequence[Shard], load_parts: PartsLoader, work: Path, *, executor: Executor | None = None,
                rank: int = 0, world: int = 1, progress: Callable[[int, int], None] | None = None) -> None:
    """Return when every shard's file is there. Files of an earlier, interrupted call are used.

    With several ranks each makes its own shards (index modulo world), then waits for the others'; where no new file appears
    for three times the slowest of its own (at least `PATIENCE`), it makes missing ones itself, so that a dead rank stops nobody.
    Two ranks may then make the same shard: both write the same bytes.
    """
    missing = [shard for shard in shards if not shard_path(work, shard).exists()]
    done = len(shards) - len(missing)
    if executor is not None and world == 1:
        try:
            futures = [executor.submit(mint_shard_file, plan, shard, load_parts, work) for shard in missing]
            for future in as_completed(futures):
                future.result()
                done += 1
                if progress:
                    progress(done, len(shards))
        except BrokenProcessPool as error:
            raise AugmintError("A minting worker was killed. Run the same command again: finished shards are kept.") from error
        return
    slowest = 0.0
    for shard in (shard for shard in missing if shard.index % world == rank):
        started = time.monotonic()
        mint_shard_file(plan, shard, load_parts, work)
        slowest, done = max(slowest, time.monotonic() - started), done + 1
        if progress:
            progress(done, len(shards))
    _await_others(plan, missing, load_parts, work, patience=max(PATIENCE, 3 * slowest))


def _await_others(plan: MintPlan, shards: Sequence[Shard], load_parts: PartsLoader, work: Path, *, patience: float) -> None:
    waiting, changed = [shard for shard in shards if not shard_path(work, shard).exists()], time.monotonic()
    while waiting:
        alone = time.monotonic() - changed > patience
        if alone:
            mint_shard_file(plan, waiting[-1], load_parts, work)
        else:
            time.sleep(0.2)
        left = [shard for shard in waiting if not shard_path(work, shard).exists()]
        if len(waiting) - len(left) > alone:
            changed = time.monotonic()  # another rank made one: it lives
        waiting = left
