"""Write Fashion-MNIST as three parquet files: train (50,000), unlabeled (10,000, labels dropped) and test (10,000).

    python examples/image-classification/prepare_fashion_mnist.py

Reads the four official files from Debian's package (`apt-get install dataset-fashion-mnist`) or from any folder that holds them
(`--source`).

Source: Xiao, Rasul, Vollgraf 2017, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms" (MIT).
"""

import argparse
import gzip
import sys
from pathlib import Path

import numpy as np
from datasets import ClassLabel, Dataset, Features, Image, disable_progress_bars
from PIL import Image as PillowImage

CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def read(source: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """uint8 images (n, 28, 28) and labels (n,)."""
    with gzip.open(source / f"{part}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(source / f"{part}-labels-idx1-ubyte.gz") as file:
        return images, np.frombuffer(file.read(), np.uint8, offset=8)


def dataset(images: np.ndarray, labels: np.ndarray | None) -> Dataset:
    columns: dict = {"image": [PillowImage.fromarray(image) for image in images]}
    features = {"image": Image()}
    if labels is not None:
        columns["label"], features["label"] = labels.tolist(), ClassLabel(names=CLASSES)
    return Dataset.from_dict(columns, features=Features(features))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / "fashion-mnist")
    args = parser.parse_args()
    disable_progress_bars()
    if not (args.source / "train-images-idx3-ubyte.gz").is_file():
        sys.exit(f"{args.source} does not hold Fashion-MNIST. Run: apt-get install dataset-fashion-mnist (or give --source).")
    args.out.mkdir(parents=True, exist_ok=True)
    images, labels = read(args.source, "train")
    order = np.random.default_rng(0).permutation(len(images))
    train, unlabeled = order[:50_000], order[50_000:]
    dataset(images[train], labels[train]).to_parquet(args.out / "train.parquet")
    dataset(images[unlabeled], None).to_parquet(args.out / "unlabeled.parquet")
    dataset(*read(args.source, "t10k")).to_parquet(args.out / "test.parquet")
    print(f"Wrote train, unlabeled and test to {args.out}.")


if __name__ == "__main__":
    main()
