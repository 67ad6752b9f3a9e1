"""Pictures of more than 8 bits keep their meaning: one scale for a data set, there and back."""

import io

import numpy as np
import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Image
from PIL import Image as PillowImage

from augmint.core import Augmenter
from augmint.core.interfaces import Splits, TaskSettings
from augmint.vision import ImageGenerator, ImagePolicySpace
from augmint.vision.classification.task import ImageClassification
from augmint.vision.codec import ImageCodec
from augmint.vision.depth import Depth, observe
from augmint.vision.generators import build_pair
from augmint.vision.policy import ImagePolicy

FEATURES = Features({"image": Image(), "label": ClassLabel(names=["cat", "dog"])})
KINDS = {
    # name: (type, lowest, highest of the set, file format, black, white)
    "8 bits in 16": (np.uint16, 0, 200, "PNG", 0, 255),
    "10 bits": (np.uint16, 0, 900, "PNG", 0, 1023),
    "12 bits": (np.uint16, 0, 4000, "PNG", 0, 4095),
    "12 bits in TIFF": (np.uint16, 0, 4000, "TIFF", 0, 4095),
    "14 bits": (np.uint16, 0, 16000, "TIFF", 0, 16383),
    "16 bits": (np.uint16, 0, 60000, "PNG", 0, 65535),
    "signed": (np.int32, -1000, 3000, "TIFF", -1000, 3000),
    "unit floats": (np.float32, 0.0, 0.98, "TIFF", 0, 1),
    "floats around 0": (np.float32, -0.9, 0.9, "TIFF", -1, 1),
    "8-bit floats": (np.float32, 0.0, 250.0, "TIFF", 0, 255),
}


def stored(values: np.ndarray, kind: str = "PNG") -> dict:
    buffer = io.BytesIO()
    PillowImage.fromarray(values).save(buffer, kind)
    return {"bytes": buffer.getvalue(), "path": None}


def rows(pictures: list[np.ndarray], kind: str = "PNG") -> Dataset:
    labels = [number % 2 for number in range(len(pictures))]
    return Dataset.from_dict({"image": [stored(picture, kind) for picture in pictures], "label": labels}, features=FEATURES)


def dark_and_bright(dtype: type, lowest: float, highest: float) -> list[np.ndarray]:
    """Four pictures of 8 x 8: two over the lower tenth of the range, two over all of it."""
    ramp = np.linspace(0, 1, 64).reshape(8, 8)
    return [(lowest + ramp * (highest - lowest) * part).astype(dtype) for part in (0.1, 0.1, 1.0, 1.0)]


@pytest.mark.parametrize("name", KINDS)
def test_all_pictures_of_a_set_are_scaled_alike(name: str) -> None:
    dtype, lowest, highest, kind, black, white = KINDS[name]
    pictures = dark_and_bright(dtype, lowest, highest)
    data = rows(pictures, kind)
    codec = ImageClassification.make_codec(data, {})
    assert isinstance(codec, ImageCodec)
    assert (codec.channels, codec.depth and (codec.depth.black, codec.depth.white)) == (1, (black, white))
    expected = np.stack(pictures).astype(np.float64)
    got = codec.encode(data)["image"].numpy()[:, 0].astype(np.float64)
    assert np.abs(got - (expected - black) / (white - black) * 255).max() <= 0.5
    assert not codec.check(data)


@pytest.mark.parametrize("name", KINDS)
def test_a_row_encodes_the_same_alone_and_minted_rows_lie_in_the_range_of_the_data(name: str) -> None:
    dtype, lowest, highest, kind, _, white = KINDS[name]
    data = rows(dark_and_bright(dtype, lowest, highest), kind)
    codec = ImageClassification.make_codec(data, {})
    whole = codec.encode(data)
    for row in range(len(data)):
        assert torch.equal(codec.encode(data.select([row]))["image"][0], whole["image"][row])
    every = {"image": torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16), "label": torch.tensor([1])}
    minted = Dataset.from_dict(codec.decode(every, FEATURES), features=FEATURES)
    assert torch.equal(codec.encode(minted)["image"], every["image"])
    assert np.asarray(minted[0]["image"]).max() == white
    assert minted[0]["image"].mode == data[0]["image"].mode


def test_the_range_is_that_of_the_training_rows_and_brighter_ones_are_clipped() -> None:
    codec = ImageClassification.make_codec(rows(dark_and_bright(np.uint16, 0, 4000)), {})
    bright = rows([np.full((8, 8), 50_000, np.uint16)])
    assert codec.encode(bright)["image"].unique().tolist() == [255]
    assert codec.facts(bright) == {"of 16-bit values": 1}


def test_sets_of_8_bits_have_no_depth_and_no_facts() -> None:
    data = rows([np.full((8, 8), 7, np.uint8)] * 3)
    codec = ImageClassification.make_codec(data, {})
    assert observe(data, "image") is None
    assert codec.facts(data) == {}


def test_inspection_tells_the_range_of_deep_pictures() -> None:
    data = rows(dark_and_bright(np.uint16, 0, 4000))
    assert ImageClassification.make_codec(data, {}).facts(data) == {"of 12-bit values": 4}
    floats = rows(dark_and_bright(np.float32, 0, 0.9), "TIFF")
    assert ImageClassification.make_codec(floats, {}).facts(floats) == {"of values 0 to 1": 4}


def test_values_that_are_not_numbers_are_a_rows_problem() -> None:
    broken = np.full((8, 8), 0.5, np.float32)
    broken[0, 0] = np.nan
    data = rows([broken, np.full((8, 8), 0.5, np.float32)], "TIFF")
    codec = ImageClassification.make_codec(data, {})
    assert [(problem.row, problem.reason) for problem in codec.check(data)] == [(0, "the image has values that are not numbers")]


def test_rows_that_cannot_be_read_do_not_hinder_the_others() -> None:
    cells = [{"bytes": b"no picture", "path": None}, None, stored(np.full((8, 8), 4000, np.uint16))]
    half = {"bytes": stored(np.arange(64, dtype=np.uint16).reshape(8, 8), "TIFF")["bytes"][:60], "path": None}
    data = Dataset.from_dict({"image": [*cells, half], "label": [0] * 4}, features=FEATURES)
    assert observe(data, "image") == Depth(0, 4095)


def test_a_generator_carries_the_depth_that_it_was_trained_at(tmp_path) -> None:
    bright, dark = rows(dark_and_bright(np.uint16, 0, 4000)), rows([np.full((8, 8), 9, np.uint16)] * 4)
    empty: dict = {name: {} for name in ("columns", "model", "finetune", "judge", "policy")}
    settings = TaskSettings(**empty, generator={"base_channels": 4}, seed=0, threads=1)
    task = ImageClassification(Splits(bright, bright, None, None), settings)
    generator = task.adversarial_networks()[0]
    assert isinstance(generator, ImageGenerator)
    generator.save_pretrained(tmp_path)
    again = ImageGenerator.from_pretrained(tmp_path)
    codec = ImageClassification.make_codec(dark, {})
    codec.suit(ImagePolicy(), again, None)
    assert codec.depth == Depth(0, 4095)
    assert torch.equal(task.codec.encode(dark)["image"], codec.encode(dark)["image"])


def test_rows_are_minted_in_the_range_of_the_data() -> None:
    space = ImagePolicySpace(channels=1, image_size=8, mint=True)
    generator, discriminator = build_pair("r3gan", {"base_channels": 4}, image_size=8, channels=1, num_classes=2)
    data = rows(dark_and_bright(np.uint16, 0, 4000))
    augmenter = Augmenter(generator, space.decode({}), discriminator)
    minted = augmenter.mint(data, total=4).filter(lambda origin: origin != "original", input_columns="augmint_origin")
    assert {picture.mode for picture in minted["image"]} == {"I;16"}
    assert max(np.asarray(picture).max() for picture in minted["image"]) > 255
