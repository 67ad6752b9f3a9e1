"""Clips a second of the audio ops and of the standard policy, beside audiomentations.

64 clips of 4 s at 16 kHz, on one thread. Both get the same float32 batch and give one back: audiomentations, which takes one clip
at a time, is called for each row and its results are stacked. For the policies both start from int16 rows and end with them. Runs
alternate (augmint, audiomentations, augmint, ...), so that a busy machine slows both alike; a figure is the median of CPU times,
and a ratio the median of the ratios within pairs. Where the two do not do the same, the transform of the same purpose is taken:
BitCrush knows no mu-law, which is measured by itself, and rounds at full scale where augmint rounds below the clip's own peak: it
is measured behind Normalize, which finds the peak, and alone; ApplyImpulseResponse reads responses made beforehand (augmint makes
one for each clip), and LowPassFilter is a recursive filter of low order.

    pip install "audiomentations==0.43.1"    # it wants soxr below 1: give it an environment of its own
    OMP_NUM_THREADS=1 python benchmarks/audio_op_throughput.py [--rounds 15]

Writes `audio_op_throughput.{md,json}` beside this file, or below --report-dir. Without audiomentations its columns stay empty.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from conditions import conditions
from torch import Tensor

from augmint.audio.ops import Setting, get_op, op_names
from augmint.audio.ops.room import impulse_response
from augmint.audio.policy import AudioPolicy, standard_policy
from augmint.audio.surroundings import Surroundings
from augmint.core.interfaces import Batch, RowRandom

ROWS, SECONDS, RATE = 64, 4, 16000
RESPONSES = 8
HALVES = {"codec, mu-law": 0.0, "codec, even steps": 0.5, "codec, even steps (fixed scale)": 0.5}
"""What the op draws by a number's half: where this half begins. The last two differ in what they are measured beside."""
SURROUNDINGS = Surroundings(noises=((0.0, -4.0, -8.0, -12.0),))
Job = Callable[[], Any]


def voices() -> Tensor:
    """Buzzes of different pitch under a slow envelope, with some noise, float32 (ROWS, SECONDS * RATE)."""
    rng = np.random.default_rng(0)
    time_ = np.arange(SECONDS * RATE) / RATE
    pitch = rng.uniform(90, 250, (ROWS, 1))
    wave = sum(np.sin(2 * np.pi * pitch * harmonic * time_) / harmonic for harmonic in range(1, 20))
    wave = wave * np.clip(np.sin(2 * np.pi * 2.5 * time_ + pitch) + 0.7, 0, 1) + rng.normal(0, 0.02, wave.shape)
    return torch.from_numpy((0.4 * wave / np.abs(wave).max(axis=1, keepdims=True)).astype(np.float32))


def through_op(name: str, batch: Batch) -> Job:
    """One op at magnitudes spread evenly over [0, 1], drawn anew in every run."""
    op, runs = get_op(name.partition(",")[0], Setting(RATE, SURROUNDINGS)), iter(range(10**9))
    magnitude = torch.linspace(0.01, 1, ROWS)

    def run() -> Batch:
        drawn = op.draw(RowRandom(next(runs), name, rows=range(ROWS)), magnitude, batch)
        if name in HALVES:
            drawn["unit"][:, 0] = HALVES[name] + drawn["unit"][:, 0] / 2
        return op.apply(batch, drawn)

    return run


def through_policy(policy: AudioPolicy, batch: Batch) -> Job:
    runs = iter(range(10**9))
    return lambda: policy(batch, RowRandom(next(runs), "bench", rows=range(ROWS)))


def peers(folder: Path) -> dict[str, tuple[str, list[Any]]]:
    """Op -> what it is called there, and the transforms that do the same; {} where audiomentations is missing."""
    try:
        import audiomentations as peer  # type: ignore[import-not-found]
        import soundfile
    except ImportError:
        return {}
    for at in range(RESPONSES):
        soundfile.write(folder / f"{at}.wav", impulse_response((at + 0.5) / RESPONSES, at, RATE).numpy() / 4, RATE, subtype="FLOAT")
    rates = {"min_sample_rate": round(RATE / 1.1), "max_sample_rate": round(RATE / 0.9)}
    mask, stop = peer.TimeMask(0.0, 0.075, p=1), peer.BandStopFilter(min_center_freq=100, max_center_freq=7000, p=1)
    pink = {"min_f_decay": -3.01, "max_f_decay": -3.01}
    stretch = {"min_rate": 0.9, "max_rate": 1.1, "leave_length_unchanged": False, "p": 1}
    return {
        "gain": ("Gain", [peer.Gain(-10, 10, p=1)]),
        "noise_white": ("AddGaussianSNR", [peer.AddGaussianSNR(0, 30, p=1)]),
        "noise_pink": ("AddColorNoise", [peer.AddColorNoise(min_snr_db=0, max_snr_db=30, **pink, p=1)]),
        "speed": ("Resample", [peer.Resample(**rates, p=1)]),
        "tempo": ("TimeStretch", [peer.TimeStretch(**stretch)]),
        "band_limit": ("LowPassFilter", [peer.LowPassFilter(3400, 7900, p=1)]),
        "clip": ("ClippingDistortion", [peer.ClippingDistortion(0, 20, p=1)]),
        "codec, even steps": ("Normalize, BitCrush", [peer.Normalize(p=1), peer.BitCrush(6, 12, p=1)]),
        "codec, even steps (fixed scale)": ("BitCrush", [peer.BitCrush(6, 12, p=1)]),
        "time_drop": ("TimeMask, twice", [mask, mask]),
        "frequency_drop": ("BandStopFilter, twice", [stop, stop]),
        "room": ("ApplyImpulseResponse", [peer.ApplyImpulseResponse(str(folder), p=1)]),
        "standard policy": ("all three", [peer.Resample(**rates, p=2 / 3), stop, stop, mask, mask]),
    }


def one_by_one(transforms: list[Any], rows: np.ndarray) -> np.ndarray:
    """Each row through the transforms, then all of them as one array, filled up with 0."""
    changed = []
    for row in rows:
        for transform in transforms:
            row = transform(row, RATE)
        changed.append(row)
    out = np.zeros((len(rows), max(map(len, changed))), np.float32)
    for to, row in zip(out, changed):
        to[: len(row)] = row
    return out


def from_int16(transforms: list[Any], rows: np.ndarray) -> np.ndarray:
    out = one_by_one(transforms, rows.astype(np.float32) / 32768)
    peak = np.maximum(np.abs(out).max(axis=1, keepdims=True), 1)
    return np.round(out * (32767 / peak)).astype(np.int16)


def paired(ours: Job, theirs: Job | None, rounds: int) -> dict[str, float | None]:
    """Clips a second of both by median CPU time, and by how much ours is faster."""
    jobs = [ours] if theirs is None else [ours, theirs]
    times: list[list[float]] = [[] for _ in jobs]
    for turn in range(rounds + 2):  # the first rounds warm up
        for job, taken in zip(jobs, times):
            start = time.process_time()
            job()
            if turn > 1:
                taken.append(time.process_time() - start)
    speeds = [ROWS / statistics.median(taken) for taken in times]
    if theirs is None:
        return {"augmint": speeds[0], "audiomentations": None, "ratio": None}
    return {
        "augmint": speeds[0],
        "audiomentations": speeds[1],
        "ratio": statistics.median(their / our for our, their in zip(*times)),
    }


def measure(rounds: int, folder: Path) -> dict[str, dict[str, Any]]:
    audio = voices()
    whole = (audio * 32768).round().to(torch.int16)
    length = torch.full((ROWS,), SECONDS * RATE)
    known, results = peers(folder), {}
    names = [part for name in op_names() for part in ([half for half in HALVES if half.startswith(name)] or [name])]
    for name in (*names, "standard policy"):
        called, transforms = known.get(name, ("", []))
        if name in names:
            ours = through_op(name, {"audio": audio, "audio_length": length})
            theirs = (lambda transforms=transforms: one_by_one(transforms, audio.numpy())) if called else None
        else:
            ours = through_policy(standard_policy("speech-recognition", RATE), {"audio": whole, "audio_length": length})
            theirs = (lambda transforms=transforms: from_int16(transforms, whole.numpy())) if called else None
        results[name] = {"peer": called, **paired(ours, theirs, rounds)}
    return results


def table(results: dict[str, dict[str, Any]], rounds: int, packages: dict[str, str | None]) -> str:
    """The figures as Markdown."""
    peer = packages["audiomentations"] or "not installed"
    lines = [
        f"Clips a second: {ROWS} clips of {SECONDS} s at {RATE // 1000} kHz in one batch, one thread, median CPU time of "
        f"{rounds} alternating rounds (load while measuring: {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores; "
        f"audiomentations {peer}, called clip by clip, its results stacked).",
        "",
        "| op | augmint | audiomentations | its transform | augmint is faster by |",
        "|---|---:|---:|---|---:|",
    ]
    for name, result in results.items():
        their = f"{result['audiomentations']:,.0f}" if result["audiomentations"] else ""
        ratio = f"{result['ratio']:.1f}" if result["ratio"] else ""
        lines.append(f"| {name} | {result['augmint']:,.0f} | {their} | {result['peer']} | {ratio} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Throughput of the audio ops beside audiomentations.")
    parser.add_argument("--rounds", type=int, default=15, help="how often each contender runs")
    parser.add_argument("--report-dir", type=Path, default=Path(__file__).parent, help="where the .md and .json go")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  # what audiomentations draws from
    with tempfile.TemporaryDirectory() as folder:
        results = measure(options.rounds, Path(folder))
    report = {
        "results": results,
        **conditions("torch", "numpy", "scipy", "audiomentations", "librosa"),
        "rows": ROWS,
        "seconds": SECONDS,
        "sampling_rate": RATE,
    }
    stem = options.report_dir / "audio_op_throughput"
    stem.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n")
    stem.with_suffix(".md").write_text(table(results, options.rounds, report["packages"]))
    print(table(results, options.rounds, report["packages"]))


if __name__ == "__main__":
    main()
