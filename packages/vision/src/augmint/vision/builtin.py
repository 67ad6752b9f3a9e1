"""Image data sets that come with augmint's own dependencies: `builtin:digits`."""

from __future__ import annotations

import numpy as np
from datasets import ClassLabel, Dataset, DatasetDict, Features, Image
from PIL import Image as PillowImage

from augmint.core.interfaces import keyed_generator


def digits() -> DatasetDict:
    """scikit-learn's 1,797 handwritten digits, 8 x 8 pixels, grayscale.

    Two thirds are "train" and one third is "test": a fixed shuffle, the same for everyone.

    Source: UCI "Optical Recognition of Handwritten Digits", BSD-licensed as part of scikit-learn.
    """
    from sklearn.datasets import load_digits  # scikit-learn is slow to import

    bunch = load_digits()
    images = np.clip(np.rint(bunch.images * (255 / 16)), 0, 255).astype(np.uint8)
    order = keyed_generator(0, "builtin", "digits").permutation(len(images))
    cut = len(order) * 2 // 3
    features = Features({"image": Image(), "label": ClassLabel(names=[str(digit) for digit in range(10)])})
    return DatasetDict(
        {
            name: Dataset.from_dict(
                {"image": [PillowImage.fromarray(images[i]) for i in part], "label": bunch.target[part].tolist()}, features=features
            )
            for name, part in (("train", order[:cut]), ("test", order[cut:]))
        }
    )
