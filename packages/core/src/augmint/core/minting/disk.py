"""Minting to a folder: resumable, parallel, and the same bytes however it is run."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from datasets import Dataset, load_dataset
from datasets.table import embed_table_storage

from augmint.core.data.provenance import ORIGINAL, provenance_columns, with_provenance
from augmint.core.errors import UserError
from augmint.core.minting.candidates import FIGURES
from augmint.core.minting.card import dataset_card
from augmint.core.minting.files import read_table, sha256, write_atomically, write_table
from augmint.core.minting.memory import empty_selection, minted_table
from augmint.core.minting.parts import MintParts
from augmint.core.minting.plan import NO_CLASS, MintPlan, Shard
from augmint.core.minting.reference import Reference, load_reference, save_reference
from augmint.core.minting.rows import from_table, marked
from augmint.core.minting.selection import Selection, figures_of, select_candidates
from augmint.core.minting.workers import PATIENCE, PartsLoader, hold, make_shards, rank_and_world, release, shard_path

MANIFEST, WORK = "manifest.json", "candidates"


@dataclass(frozen=True)
class Minted:
    """A finished mint: its folder and its manifest (rows, files with SHA-256, rejected, short, plan)."""

    directory: Path
    manifest: Mapping[str, Any]

    def dataset(self) -> Dataset:
        """Originals and minted rows, memory-mapped."""
        return open_minted(self.directory)


def mint_to_disk(plan: MintPlan, load_parts: PartsLoader, directory: Path | str, *, executor: Executor | None = None,
                 recipe: Mapping[str, Any] | None = None, versions: Mapping[str, str] | None = None,
                 progress: Callable[[int, int], None] | None = None) -> Minted:
    """Mint into `directory`: data/*.parquet, rejected.parquet, README.md and, last of all, manifest.json.

    A finished folder of the same plan is returned as it is. Killing any process at any time and calling again gives every id
    exactly once and the same bytes. Under torchrun or SLURM every rank calls this with the same arguments.

    Args:
        plan: what to mint.
        load_parts: builds the networks and rows; called in every process that mints.
        directory: where to. Half-finished work of another plan in it is removed.
        executor: for several processes on one machine, or a cluster's; None works in this process.
        recipe, versions: for the dataset card.
        progress: called with (shards done, shards of this round).
    """
    target = Path(directory)
    rank, world = rank_and_world()
    if (finished := _finished(target, plan)) is not None:
        return finished
    work = target / WORK / plan.fingerprint
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{str(target)!r} cannot be written: {error.strerror}.", where="output_dir") from error
    parts = load_parts()
    try:
        reference = _shared_reference(plan, parts, work)
        hold(plan, parts, reference)
        shards, selection = _rounds(plan, parts, load_parts, reference, work, executor, rank, world, progress)
        write_atomically(work / f"rank-{rank}.done", b"")
    except (OSError, UserError):
        # Rank 0 may have finished and tidied up while a slow rank was still looking at the shards.
        if rank and (finished := _finished(target, plan)) is not None:
            return finished
        raise
    finally:
        release()
    if rank:
        return _await_manifest(target, plan)
    manifest = _write(plan, parts, shards, selection, target, work, recipe, versions)
    _await_ranks(work, world)
    shutil.rmtree(target / WORK, ignore_errors=True)
    return Minted(target, manifest)


def open_minted(directory: Path | str) -> Dataset:
    """The rows of a finished mint. Raises UserError where it is not finished."""
    source = Path(directory)
    if not (source / MANIFEST).is_file():
        raise UserError(f"There is no finished mint in {str(source)!r}.", fix="Run `augmint mint` (or `augmint run`) first.")
    files = [str(source / entry["name"]) for entry in json.loads((source / MANIFEST).read_text())["files"]]
    rows: Dataset = load_dataset("parquet", data_files=files, split="train")
    return rows


def _finished(target: Path, plan: MintPlan) -> Minted | None:
    """What is there, if it is whole and of the same plan."""
    try:
        manifest = json.loads((target / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    if manifest.get("fingerprint") != plan.fingerprint:
        return None
    for entry in manifest["files"]:
        path = target / entry["name"]
        if not path.is_file() or sha256(path) != entry["sha256"]:
            return None
    return Minted(target, manifest)


def _shared_reference(plan: MintPlan, parts: MintParts, work: Path) -> Reference:
    path = work / "reference.safetensors"
    if not path.exists():
        save_reference(parts.reference(plan.arguments), path)
    return load_reference(path, parts.codec)


def _rounds(plan: MintPlan, parts: MintParts, load_parts: PartsLoader, reference: Reference, work: Path, executor: Executor | None,
            rank: int, world: int, progress: Callable[[int, int], None] | None) -> tuple[list[Shard], Selection]:
    shards: list[Shard] = []
    wanted, selection = plan.first_wanted(), empty_selection(plan, reference)
    for _ in range(plan.arguments.max_rounds):
        if not wanted:
            break
        new = plan.shards(wanted, len(shards))
        make_shards(plan, new, load_parts, work, executor=executor, rank=rank, world=world, progress=progress)
        shards += new
        tables = [read_table(shard_path(work, shard), FIGURES.names) for shard in shards]
        selection = select_candidates(figures_of(tables), plan, reference)
        wanted = plan.next_wanted(selection.made, selection.passed)
    return shards, selection


def _write(plan: MintPlan, parts: MintParts, shards: list[Shard], selection: Selection, target: Path, work: Path,
           recipe: Mapping[str, Any] | None, versions: Mapping[str, str] | None) -> dict[str, Any]:
    (target / MANIFEST).unlink(missing_ok=True)
    files, counts = [], {"original": len(parts.originals), "minted": len(selection.chosen)}
    schema = with_provenance(parts.features).arrow_schema
    for number, table in enumerate(_files(plan, parts, shards, selection, work)):
        path = target / "data" / f"part-{number:05d}.parquet"
        write_table(path, table.cast(schema))
        files.append({"name": f"data/{path.name}", "rows": len(table), "sha256": sha256(path)})
    for path in (target / "data").glob("*"):
        if f"data/{path.name}" not in {entry["name"] for entry in files}:
            path.unlink()
    _write_rejected(plan, parts, shards, selection, target, work)
    names = parts.codec.label_names
    manifest = {
        "version": 1, "fingerprint": plan.fingerprint, "plan": plan.to_dict(),
        "rows": {**counts, "total": sum(counts.values())}, "files": files,
        "candidates": _named(selection.made, names), "minted": _named(selection.minted, names),
        "rejected": {reason: _named(by_class, names) for reason, by_class in selection.rejected.items()},
        "short": _named(selection.short, names),
        "checks": _checks(plan, parts),
    }
    policy = parts.policy.under(plan.settings) if parts.policy is not None else None
    write_atomically(target / "README.md", dataset_card(manifest, recipe, policy, versions).encode())
    write_atomically(target / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
    return manifest


def _checks(plan: MintPlan, parts: MintParts) -> dict[str, bool]:
    """Which filters could reject anything, by the parts there are and the thresholds in force."""
    judged, generated = parts.judge is not None, parts.generator is not None
    chosen = plan.settings.keep_quantile < 1 or plan.settings.best_of > 1
    return {"labels": judged and NO_CLASS not in plan.quotas and plan.settings.min_agreement > 0,
            "memorisation": judged and generated and plan.arguments.memorisation_quantile > 0,
            "score": parts.discriminator is not None and generated and chosen, "duplicates": True}


def _files(plan: MintPlan, parts: MintParts, shards: list[Shard], selection: Selection, work: Path) -> Iterator[pa.Table]:
    """Tables of at most `rows_per_file` rows, originals first; only one and a shard are in memory at a time."""
    size = plan.arguments.rows_per_file
    for at in range(0, len(parts.originals), size):
        part = parts.originals.with_format(None).select(range(at, min(at + size, len(parts.originals))))
        yield marked(embed_table_storage(part.with_format("arrow")[:]), provenance_columns(len(part), origin=ORIGINAL))
    held: list[pa.Table] = []
    for shard in shards:
        held.append(minted_table([read_table(shard_path(work, shard))], selection, plan, parts.features))
        while sum(map(len, held)) >= size:
            joined = pa.concat_tables(held)
            yield joined[:size]
            held = [joined[size:]] if len(joined) > size else []
    if sum(map(len, held)):
        yield pa.concat_tables(held)


def _write_rejected(plan: MintPlan, parts: MintParts, shards: list[Shard], selection: Selection, target: Path, work: Path) -> None:
    """The first few rejected candidates of every reason, with what the filters saw."""
    shown = {int(candidate): reason for reason in selection.rejected
             for candidate in selection.ids[selection.fate == reason][: plan.arguments.rejected_examples]}
    held = []
    for shard in shards:
        mask = np.isin(plan.ids(shard), list(shown))
        if mask.any():
            held.append(read_table(shard_path(work, shard)).filter(pa.array(mask)))
    if not held:
        (target / "rejected.parquet").unlink(missing_ok=True)
        return
    table = pa.concat_tables(held).sort_by("augmint:id")
    rows = from_table(table, parts.features).with_format("arrow")[:]
    reasons = [shown[candidate] for candidate in table.column("augmint:id").to_pylist()]
    rows = rows.append_column("augmint_reason", pa.array(reasons, type=pa.string()))
    for name in ("score", "agreement", "distance", "nearest"):
        rows = rows.append_column(f"augmint_{name}", table.column(f"augmint:{name}"))
    write_table(target / "rejected.parquet", rows)


def _named(by_class: Mapping[int, int], names: Any) -> dict[str, int]:
    def name(label: int) -> str:
        return "all" if label == NO_CLASS else str(names[label] if names else label)

    return {name(label): count for label, count in sorted(by_class.items())}


def _await_ranks(work: Path, world: int) -> None:
    """Give the other ranks time to have read the shards before they are removed."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not all((work / f"rank-{rank}.done").exists() for rank in range(world)):
        time.sleep(0.1)


def _await_manifest(target: Path, plan: MintPlan) -> Minted:
    """Rank 0 writes; the others wait for it."""
    while (finished := _finished(target, plan)) is None:
        time.sleep(0.5)
    return finished
