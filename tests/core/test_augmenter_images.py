"""The augmenter on real images: bytes of originals kept, pictures of several sizes, pictures in and out."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, Features, Image
from PIL import Image as Pillow

from augmint.core.minting import Augmenter, minted_only
from augmint.vision import builtin
from augmint.vision.generators import ImageGenerator, ImageGeneratorConfig
from augmint.vision.policy import trivial_augment


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return builtin.digits()["train"].select(range(40))


@pytest.fixture
def generator() -> ImageGenerator:
    return ImageGenerator(ImageGeneratorConfig(image_size=8, channels=1, num_classes=10, base_channels=4))


def stored(rows: Dataset) -> list[bytes]:
    return [cell["bytes"] for cell in rows.cast_column("image", Image(decode=False))["image"]]


def test_generated_pictures_join_the_originals_whose_bytes_stay(digits: Dataset, generator: ImageGenerator) -> None:
    bigger = Augmenter(generator, trivial_augment()).mint(digits, 0.5, near_duplicate=0.0)
    assert stored(bigger)[:40] == stored(digits)
    minted = minted_only(bigger)
    assert len(minted) == 20
    assert minted[0]["image"].size == (8, 8)
    assert minted[0]["image"].mode == "L"
    undecoded = digits.cast_column("image", Image(decode=False))
    raw = Augmenter(generator, trivial_augment()).mint(undecoded, 0.5, near_duplicate=0.0)
    assert raw.features["image"] == Image(decode=False)
    assert [cell["bytes"] for cell in raw["image"]] == stored(bigger)


def test_streamed_originals_keep_their_bytes(digits: Dataset, generator: ImageGenerator) -> None:
    augmenter, source = Augmenter(generator, trivial_augment()), digits.to_iterable_dataset()
    raw = augmenter.mint(source.decode(False), 0.5)
    assert [row["image"]["bytes"] for row in raw if row["augmint_origin"] == "original"] == stored(digits)
    rows = list(augmenter.mint(source, 0.5))
    assert len(rows) == 60
    assert [row["image"].tobytes() for row in rows[:40]] == [picture.tobytes() for picture in digits["image"]]


def test_pictures_of_several_sizes_and_modes_are_augmented_each_in_its_own(digits: Dataset, tmp_path: Path) -> None:
    pictures = [row["image"].resize((8 + at % 3, 10)).convert("RGB") for at, row in enumerate(digits)]
    rows = Dataset.from_dict({"image": pictures, "label": digits["label"]},
                             features=Features({"image": Image(), "label": ClassLabel(num_classes=10)}))
    minted = minted_only(Augmenter(policy=trivial_augment()).mint(rows, 0.5))
    parents = rows.select(minted["augmint_parent"])
    assert [picture.size for picture in minted["image"]] == [picture.size for picture in parents["image"]]
    rows.set_transform(Augmenter(policy=trivial_augment()).transform)
    assert [picture.size for picture in rows[:6]["image"]] == [(8 + at % 3, 10) for at in range(6)]


def test_transform_gives_pictures_and_the_readers_labels(digits: Dataset) -> None:
    view = digits.select(range(40))
    view.set_transform(Augmenter(policy=trivial_augment()).transform)
    batch = view[:]
    assert all(isinstance(picture, Pillow.Image) for picture in batch["image"])
    assert batch["label"] == list(digits["label"])
    assert any(a.tobytes() != b.tobytes() for a, b in zip(batch["image"], digits["image"]))


@pytest.mark.parametrize("before", ["mint", "bind"])
def test_transform_gives_bytes_to_a_reader_of_bytes(digits: Dataset, before: str) -> None:
    view = digits.select(range(8)).cast_column("image", Image(decode=False))
    augmenter = Augmenter(policy=trivial_augment())
    augmenter.mint(view, 0.5) if before == "mint" else augmenter.bind(view)
    view.set_transform(augmenter.transform)
    assert all(isinstance(cell["bytes"], bytes) for cell in view[:]["image"])


def test_saved_and_loaded_it_mints_the_same_pictures(digits: Dataset, generator: ImageGenerator, tmp_path: Path) -> None:
    augmenter = Augmenter(generator, trivial_augment())
    again = Augmenter.from_pretrained(augmenter.save_pretrained(tmp_path))
    assert stored(again.mint(digits, 0.5)) == stored(augmenter.mint(digits, 0.5))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "P", "LA", "I;16", "CMYK"])
def test_pictures_of_every_mode_are_stored_without_loss(mode: str) -> None:
    from augmint.core.minting.rows import uncompressed

    picture = Pillow.effect_noise((9, 7), 50).convert("RGB")
    picture = Pillow.new(mode, (9, 7), 700) if mode == "I;16" else picture.convert(mode)
    again = Dataset.from_dict({"image": [uncompressed(picture)]}, features=Features({"image": Image()}))[0]["image"]
    assert again.mode == mode
    assert again.tobytes() == picture.tobytes()


def test_a_bound_augmenter_gives_what_an_unbound_one_gives(digits: Dataset) -> None:
    free, bound = Augmenter(policy=trivial_augment()), Augmenter(policy=trivial_augment()).bind(digits)
    free.set_epoch(3)
    bound.set_epoch(3)
    pictures = [augmenter.transform(digits[:8])["image"] for augmenter in (free, bound)]
    assert [picture.tobytes() for picture in pictures[0]] == [picture.tobytes() for picture in pictures[1]]
    assert {picture.mode for picture in pictures[0]} == {"L"}
