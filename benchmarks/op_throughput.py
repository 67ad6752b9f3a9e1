"""Images a second of the image ops and of TrivialAugment, beside Pillow image by image and kornia.

All contenders run in one process on one thread, round after round, so that a busy machine slows them alike; a figure is the
best round's CPU time. Pillow gets one image at a time, as data loaders do it: array to image, op, image to array. Kornia (if it
is installed) is timed twice: with one op drawn for the whole batch, which is what its TrivialAugment does, and called once for
each image, which gives every image its own op as augmint and Pillow do.

    python benchmarks/op_throughput.py [--rounds 10]

Writes `op_throughput.{md,json}` beside this file, or below --report-dir.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from conditions import conditions
from PIL import Image, ImageEnhance, ImageOps
from torch import Tensor

from augmint.core.interfaces import RowRandom
from augmint.vision.ops import ops
from augmint.vision.policy import ImagePolicy, Stage, trivial_augment
from augmint.vision.policy.baselines import AUTOAUGMENT_SET

SIZES = ((128, 1, 28), (128, 3, 32), (32, 3, 224))  # rows, channels, side
Job = Callable[[], Any]


def pictures(rows: int, channels: int, side: int) -> Tensor:
    """Smooth uint8 pictures with some noise, (rows, channels, side, side)."""
    rng = np.random.default_rng(0)
    coarse = torch.from_numpy(rng.random((rows, channels, 6, 6), dtype=np.float32))
    smooth = torch.nn.functional.interpolate(coarse, (side, side), mode="bicubic") * 220
    return (smooth + torch.from_numpy(rng.normal(0, 8, smooth.shape).astype(np.float32))).clamp(0, 255).to(torch.uint8)


def affine(image: Image.Image, matrix: tuple[float, ...]) -> Image.Image:
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def enhanced(enhancer: Callable[[Image.Image], Any]) -> Callable[[Image.Image, float], Image.Image]:
    return lambda image, m: enhancer(image).enhance(1 + 0.99 * m * random.choice((-1, 1)))


PILLOW: dict[str, Callable[[Image.Image, float], Image.Image]] = {
    "identity": lambda image, m: image,
    "shear_x": lambda image, m: affine(image, (1, 0.99 * m * random.choice((-1, 1)), 0, 0, 1, 0)),
    "shear_y": lambda image, m: affine(image, (1, 0, 0, 0.99 * m * random.choice((-1, 1)), 1, 0)),
    "translate_x": lambda image, m: affine(image, (1, 0, int(0.45 * m * image.width) * random.choice((-1, 1)), 0, 1, 0)),
    "translate_y": lambda image, m: affine(image, (1, 0, 0, 0, 1, int(0.45 * m * image.height) * random.choice((-1, 1)))),
    "rotate": lambda image, m: image.rotate(135 * m * random.choice((-1, 1)), Image.Resampling.BILINEAR),
    "brightness": enhanced(ImageEnhance.Brightness),
    "color": enhanced(ImageEnhance.Color),
    "contrast": enhanced(ImageEnhance.Contrast),
    "sharpness": enhanced(ImageEnhance.Sharpness),
    "posterize": lambda image, m: ImageOps.posterize(image, 8 - round(6 * m)),
    "solarize": lambda image, m: ImageOps.solarize(image, int(256 * (1 - m))),
    "auto_contrast": lambda image, m: ImageOps.autocontrast(image),
    "equalize": lambda image, m: ImageOps.equalize(image),
}


def through_pillow(arrays: np.ndarray, name: str | None = None) -> np.ndarray:
    """uint8 (n, H, W[, 3]) one by one through an op, or (None) through an op drawn for each."""
    rows = []
    for array in arrays:
        op = PILLOW[name or random.choice(AUTOAUGMENT_SET)]
        rows.append(np.asarray(op(Image.fromarray(array), random.random())))
    return np.stack(rows)


def through_augmint(name: str, image: Tensor) -> Job:
    policy, ids = ImagePolicy((Stage({name: 1}),)), range(len(image))
    return lambda: policy.augment({"image": image}, RowRandom(0, name, rows=ids))


def kornia_jobs(image: Tensor) -> dict[str, Job]:
    """Kornia's TrivialAugment on float images of three channels (its colour ops refuse others); {} where it is missing."""
    try:
        from kornia.augmentation.auto import TrivialAugment  # type: ignore[import-not-found]
    except ImportError:
        return {}
    if image.shape[1] != 3:
        return {}
    augment, real = TrivialAugment(), image.float() / 255
    return {"kornia, one op a batch": lambda: augment(real),
            "kornia, image by image": lambda: torch.cat([augment(row[None]) for row in real])}


def best_times(jobs: dict[str, Job], rounds: int) -> dict[str, float]:
    """Least CPU seconds of each job; one round runs every job once."""
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(rounds + 1):  # the first round warms up
        for name, job in jobs.items():
            start = time.process_time()
            job()
            best[name] = min(best[name], time.process_time() - start)
    return best


def measure(rows: int, channels: int, side: int, rounds: int) -> dict[str, Any]:
    """Images a second of everything at one size."""
    image = pictures(rows, channels, side)
    arrays = image.permute(0, 2, 3, 1).numpy().copy() if channels == 3 else image[:, 0].numpy()
    policy, ids = trivial_augment(), range(rows)
    whole: dict[str, Job] = {"augmint": lambda: policy.augment({"image": image}, RowRandom(0, "bench", rows=ids)),
                             "Pillow, image by image": lambda: through_pillow(arrays), **kornia_jobs(image)}
    times = best_times(whole, rounds)
    singles: dict[str, Job] = {}
    for name in sorted(ops()):
        singles[name] = through_augmint(name, image)
        if name in PILLOW:
            singles[f"{name} in Pillow"] = lambda name=name: through_pillow(arrays, name)  # type: ignore[misc]
    single = best_times(singles, max(2, rounds // 2))
    standard = {name: {"ms_a_batch": 1e3 * seconds, "images_per_second": rows / seconds,
                       "augmint_is_faster_by": seconds / times["augmint"]} for name, seconds in times.items()}
    alone = {name: {"augmint": rows / single[name]} for name in sorted(ops())}
    for name in PILLOW:
        alone[name]["pillow"] = rows / single[f"{name} in Pillow"]
    return {"rows": rows, "channels": channels, "side": side, "trivial_augment": standard, "ops": alone}


def table(results: list[dict[str, Any]]) -> str:
    """The figures as Markdown."""
    lines = ["TrivialAugment, one op drawn for each image, one thread, CPU time of the best round (load while measuring: "
             f"{os.getloadavg()[0]:.0f} on {os.cpu_count()} cores):", "",
             "| images | contender | ms a batch | images/s | augmint is faster by |", "|---|---|---:|---:|---:|"]
    for result in results:
        what = f"{result['rows']} of {result['channels']}x{result['side']}x{result['side']}"
        for name, figures in result["trivial_augment"].items():
            lines.append(f"| {what} | {name} | {figures['ms_a_batch']:.2f} | {figures['images_per_second']:,.0f} | "
                         f"{figures['augmint_is_faster_by']:.2f} |")
    sizes = [f"{result['channels']}x{result['side']}x{result['side']}" for result in results]
    lines += ["", "Single ops, images/s (in brackets: augmint's speed over Pillow's, image by image):", "",
              "| op | " + " | ".join(sizes) + " |", "|---|" + "---:|" * len(sizes)]
    for name in results[0]["ops"]:
        cells = []
        for figures in (result["ops"][name] for result in results):
            ratio = f" ({figures['augmint'] / figures['pillow']:.1f})" if "pillow" in figures else ""
            cells.append(f"{figures['augmint']:,.0f}{ratio}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Throughput of the image ops beside Pillow and kornia.")
    parser.add_argument("--rounds", type=int, default=10, help="how often each contender runs")
    parser.add_argument("--report-dir", type=Path, default=Path(__file__).parent, help="where the .md and .json go")
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = [measure(*size, options.rounds) for size in SIZES]
    report = {"results": results, **conditions("torch", "numpy", "pillow", "kornia")}
    stem = options.report_dir / "op_throughput"
    stem.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n")
    stem.with_suffix(".md").write_text(table(results))
    print(table(results))


if __name__ == "__main__":
    main()
