"""The default conditional GAN on Fashion-MNIST within a budget of CPU time.

Trains on all 60,000 training images with `AdversarialTrainer`, then asks three things of the averaged generator: what a
classifier that saw its samples alone scores on the 10,000 real test images, how far its samples are from real ones (Frechet
distance), and what they look like. Interrupted, the same command goes on where it stopped.

    python benchmarks/gan_fashion_mnist.py --cpu-minutes 20

Writes `gan_fashion_mnist.{md,json,png}` beside this file, or below --report-dir.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import Dataset

from augmint.core.adversarial import AdversarialArguments, AdversarialCallback, AdversarialTrainer
from augmint.core.errors import UserError
from augmint.core.evaluation.frechet import frechet_distance
from augmint.core.interfaces import Batch, RowRandom, keyed_generator, keyed_seed
from augmint.vision.generators import DEFAULT_GENERATOR, ImageGenerator, build_pair, generator_names
from augmint.vision.objective import adversarial_defaults, image_objective

DATA = Path("/usr/share/datasets/fashion-mnist")
NAMES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")
FD_ROWS = 10_000


def read_split(folder: Path, split: str) -> Batch:
    """`{"image": float32 (n, 1, 28, 28) in [-1, 1], "label": int64 (n,)}` of the IDX files of "train" or "t10k"."""
    arrays = []
    for name, header in ((f"{split}-images-idx3-ubyte.gz", 16), (f"{split}-labels-idx1-ubyte.gz", 8)):
        if not (folder / name).is_file():
            fix = "Install Debian's package dataset-fashion-mnist, or give the folder of the four .gz files by --data."
            raise UserError(f"{folder / name} is missing.", where="--data", fix=fix)
        with gzip.open(folder / name) as file:
            arrays.append(np.frombuffer(file.read(), np.uint8, offset=header))
    image = torch.from_numpy(arrays[0].reshape(-1, 1, 28, 28).copy()).float() / 127.5 - 1
    return {"image": image, "label": torch.from_numpy(arrays[1].astype(np.int64))}


class Rows(Dataset[Batch]):
    """Rows of a batch, one by one or many at once."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def __len__(self) -> int:
        return len(self.batch["label"])

    def __getitem__(self, row: int) -> Batch:
        return {name: value[row] for name, value in self.batch.items()}

    def __getitems__(self, rows: list[int]) -> Batch:
        return {name: value[rows] for name, value in self.batch.items()}


class CpuBudget(AdversarialCallback):
    """Ends the training when it has used its CPU time (of all threads), summed over resumes."""

    def __init__(self, minutes: float) -> None:
        self.limit, self.used, self.since = minutes * 60, 0.0, time.process_time()

    def seconds(self) -> float:
        return self.used + time.process_time() - self.since

    def on_train_begin(self, trainer: AdversarialTrainer) -> None:
        self.since = time.process_time()

    def on_step_end(self, trainer: AdversarialTrainer, step: int) -> None:
        if self.seconds() >= self.limit:
            trainer.request_stop(f"{self.limit / 60:g} CPU-minutes are over")

    def on_train_end(self, trainer: AdversarialTrainer, output: Any) -> None:
        self.used, self.since = self.seconds(), time.process_time()

    def state_dict(self) -> dict[str, Any]:
        return {"used": self.seconds()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.used, self.since = float(state["used"]), time.process_time()


def train(options: argparse.Namespace, rows: Batch) -> tuple[ImageGenerator, dict[str, Any]]:
    """The averaged generator after the budget or the last step, and what the training cost."""
    generator, discriminator = build_pair(
        options.generator, json.loads(options.values), image_size=28, channels=1, num_classes=10, seed=options.seed
    )
    count = len(rows["label"])
    defaults = adversarial_defaults(dataset_size=count, image_size=28, architecture=options.generator)
    args = AdversarialArguments.from_dict({
        **defaults, "max_steps": options.max_steps, "output_dir": str(options.out), "seed": options.seed,
        "threads": options.threads, "save_steps": 100, "disable_tqdm": not sys.stderr.isatty(), **json.loads(options.arguments),
    })
    budget = CpuBudget(options.cpu_minutes)
    objective = image_objective(options.generator, dataset_size=count, image_size=28)
    trainer = AdversarialTrainer(generator, discriminator, objective, args, Rows(rows), callbacks=[budget])
    output = trainer.train(resume_from_checkpoint=True)
    trainer.save_model()
    cost = {
        "steps": output.global_step, "batch_size": args.per_device_train_batch_size, "learning_rate": args.learning_rate,
        "cpu_minutes": round(budget.seconds() / 60, 2), "wall_minutes": round(output.seconds / 60, 2), "stopped": output.stopped,
        "rollbacks": len(output.rollbacks),
        "parameters": {"generator": parameters(generator), "discriminator": parameters(discriminator)},
    }
    return trainer.ema, cost  # type: ignore[return-value]


def parameters(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


@torch.no_grad()
def sample(generator: ImageGenerator, count: int, seed: int) -> Batch:
    """`count` images, classes in turn."""
    parts = []
    for start in range(0, count, 500):
        rows = np.arange(start, min(start + 500, count))
        label = torch.from_numpy(rows % 10)
        parts.append(generator.sample(len(rows), {"label": label}, rng=RowRandom(seed, "benchmark", rows=rows)))
    return {name: torch.cat([part[name] for part in parts]) for name in ("image", "label")}


class Classifier(nn.Module):
    """A small CNN (about 160,000 weights): (n, 1, 28, 28) to features (n, 96) and to logits (n, 10)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs, stride in ((1, 32, 2), (32, 64, 2), (64, 96, 2), (96, 96, 1)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(96, 10))

    def forward(self, image: Tensor) -> Tensor:
        return self.head(self.features(image))


def fit_classifier(rows: Batch, steps: int, seed: int) -> Classifier:
    """A classifier trained for `steps` batches of 128, images shifted by up to 2 pixels and mirrored at random."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(keyed_seed(seed, "classifier"))
        model, draws = Classifier(), keyed_generator(seed, "classifier", "rows")
        optimizer = torch.optim.AdamW(model.parameters(), 3e-3, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
        for _ in range(steps):
            chosen = torch.from_numpy(draws.integers(len(rows["label"]), size=128))
            x, y = F.pad(rows["image"][chosen], (2, 2, 2, 2), value=-1.0), rows["label"][chosen]
            top, left = (int(value) for value in draws.integers(5, size=2))
            x = x[..., top : top + 28, left : left + 28]
            mirror = torch.from_numpy(draws.random(128) < 0.5)
            loss = F.cross_entropy(model(torch.where(mirror[:, None, None, None], x.flip(-1), x)), y, label_smoothing=0.05)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def outputs(network: nn.Module, images: Tensor) -> Tensor:
    return torch.cat([network(part) for part in images.split(1000)])


def accuracy(model: Classifier, rows: Batch) -> float:
    return float((outputs(model, rows["image"]).argmax(1) == rows["label"]).float().mean() * 100)


def grid(images: Tensor, columns: int, path: Path) -> None:
    """Images of one channel, row by row, as a grayscale PNG."""
    n, _, height, width = images.shape
    table = images.reshape(n // columns, columns, height, width).permute(0, 2, 1, 3).reshape(-1, columns * width)
    Image.fromarray(((table + 1) * 127.5).round().clamp(0, 255).byte().numpy()).save(path, optimize=True)


def measure(options: argparse.Namespace, generator: ImageGenerator, real: Batch, test: Batch) -> dict[str, Any]:
    """Train-on-synthetic and train-on-real accuracy over seeds, and the Frechet distance."""
    fake = sample(generator, options.samples, options.seed + 1)
    synthetic = [accuracy(fit_classifier(fake, options.classifier_steps, seed), test) for seed in range(options.seeds)]
    print("trained on samples:", [round(score, 2) for score in synthetic], flush=True)
    judges = [fit_classifier(real, options.classifier_steps, seed) for seed in range(options.seeds)]
    on_real = [accuracy(judge, test) for judge in judges]
    embed = judges[0].features
    real_features, test_features = outputs(embed, real["image"][:FD_ROWS]), outputs(embed, test["image"][:FD_ROWS])
    return {
        "train_on_synthetic": [round(score, 2) for score in synthetic],
        "train_on_real": [round(score, 2) for score in on_real],
        "samples": options.samples, "classifier_steps": options.classifier_steps, "test_rows": len(test["label"]),
        "label_agreement": round(accuracy(judges[0], fake), 2),
        "frechet_distance": round(frechet_distance(test_features, outputs(embed, fake["image"][:FD_ROWS])), 3),
        "frechet_distance_real": round(frechet_distance(test_features, real_features), 3), "frechet_rows": FD_ROWS,
    }


def table(result: dict[str, Any]) -> str:
    """The figures as Markdown."""
    def spread(values: list[float]) -> str:
        return f"{np.mean(values):.2f} % ({min(values):.2f} to {max(values):.2f}, {len(values)} seeds)"

    cost, size = result["training"], result["training"]["parameters"]
    lines = [
        ("generator", f"{result['generator']}, {size['generator']:,} weights; discriminator {size['discriminator']:,}"),
        ("training", f"{cost['steps']:,} steps of {cost['batch_size']} images, {cost['cpu_minutes']:.1f} CPU-minutes"),
        ("machine", result["machine"]),
        ("classifier trained on samples alone, real test set", spread(result["train_on_synthetic"])),
        ("the same classifier trained on the real images", spread(result["train_on_real"])),
        ("samples that the classifier of real images gives the intended label", f"{result['label_agreement']:.2f} %"),
        (f"Frechet distance to the test set, {result['frechet_rows']:,} rows a side", f"{result['frechet_distance']:.3f}"),
        ("Frechet distance of as many real training images", f"{result['frechet_distance_real']:.3f}"),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in lines)])


def page(result: dict[str, Any]) -> str:
    """The benchmark's Markdown page."""
    return f"""# Conditional GAN on Fashion-MNIST

{table(result)}

![Samples, one class a column](gan_fashion_mnist.png)

Command: `{result["command"]}` (data: Debian package `dataset-fashion-mnist`). All 60,000 training images, nothing else; the test
images are used once, at the end. The classifier is a CNN of about 160,000 weights, trained for {result["classifier_steps"]:,} steps
of 128 on {result["samples"]:,} samples of the averaged generator, or on the 60,000 real images, in the same way. Frechet distances
are taken on its 96 features after training on real images, so they compare with each other but not with published FIDs.
"""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--data", type=Path, default=DATA, help="folder of the four IDX .gz files")
    add("--out", type=Path, default=Path("runs/gan-fashion-mnist"), help="checkpoints and networks")
    add("--report-dir", type=Path, default=Path(__file__).parent, help="where the .md, .json and .png go")
    add("--cpu-minutes", type=float, default=20.0, help="CPU time for training, of all threads")
    add("--max-steps", type=int, default=1500, help="end of the learning-rate schedule")
    add("--generator", default=DEFAULT_GENERATOR, choices=generator_names())
    add("--values", default="{}", help="JSON: configuration values of the pair")
    add("--arguments", default="{}", help="JSON: AdversarialArguments values")
    add("--threads", type=int, default=1)
    add("--seed", type=int, default=0)
    add("--seeds", type=int, default=3, help="classifiers trained on each side")
    add("--samples", type=int, default=30_000)
    add("--classifier-steps", type=int, default=1000)
    return parser.parse_args()


def main() -> int:
    options = parse()
    torch.set_num_threads(options.threads)
    try:
        real, test = read_split(options.data, "train"), read_split(options.data, "t10k")
        generator, cost = train(options, real)
    except (UserError, json.JSONDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    result = {
        "generator": options.generator, "training": cost, **measure(options, generator, real, test),
        "machine": f"{options.threads} thread(s), {platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "command": " ".join(["python", "benchmarks/gan_fashion_mnist.py", *sys.argv[1:]]),
    }
    options.report_dir.mkdir(parents=True, exist_ok=True)
    stem = options.report_dir / "gan_fashion_mnist"
    stem.with_suffix(".json").write_text(json.dumps(result, indent=2) + "\n")
    stem.with_suffix(".md").write_text(page(result))
    grid(sample(generator, 80, options.seed + 2)["image"], 10, stem.with_suffix(".png"))
    print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
