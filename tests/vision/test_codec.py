"""Image rows to tensors and back."""

import io

import numpy as np
import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Image, Value
from PIL import Image as PillowImage

from augmint.core.errors import UserError
from augmint.vision.codec import ImageCodec, find_columns, quantise, to_array

FEATURES = Features({"picture": Image(), "kind": ClassLabel(names=["cat", "dog"]), "note": Value("string")})


def rows(pictures: list, labels: list[int]) -> Dataset:
    return Dataset.from_dict({"picture": pictures, "kind": labels, "note": [""] * len(labels)}, features=FEATURES)


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(("shape", "channels"), [((6, 6), 1), ((6, 6, 3), 3)])
def test_decoded_rows_encode_to_the_same_bytes(shape: tuple[int, ...], channels: int) -> None:
    codec = ImageCodec({"image": "picture", "label": "kind"}, ["cat", "dog"], channels, 6)
    before = codec.encode(rows([PillowImage.fromarray(noise(*shape, seed=i)) for i in range(3)], [0, 1, 1]))
    columns = codec.decode(before, FEATURES)
    after = codec.encode(Dataset.from_dict({**columns, "note": ["", "", ""]}, features=FEATURES))
    assert before["image"].dtype == torch.uint8
    assert before["image"].shape == (3, channels, 6, 6)
    assert torch.equal(before["image"], after["image"])
    assert after["label"].tolist() == [0, 1, 1]


def test_networks_take_minus_one_to_one_and_give_back_the_same_pixels() -> None:
    codec = ImageCodec({"image": "picture"}, None, 1, 16)
    batch = {"image": torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)}
    seen = codec.to_network(batch)["image"]
    assert (seen.min(), seen.max()) == (-1, 1)
    assert torch.equal(codec.from_network({"image": seen})["image"], batch["image"])


def test_generated_pixels_out_of_range_are_clipped() -> None:
    assert quantise(torch.tensor([-9.0, -1.0, 1.0, 9.0])).tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (PillowImage.new("1", (2, 2), 1), 255),
        (PillowImage.new("I;16", (2, 2), 65535), 255),
        (PillowImage.new("RGBA", (2, 2), (0, 0, 0, 0)), 255),
        (PillowImage.new("P", (2, 2), 0), 0),
        (PillowImage.new("CMYK", (2, 2), (0, 0, 0, 0)), 255),
        (PillowImage.new("LA", (2, 2), (10, 255)), 10),
    ],
)
def test_every_mode_is_read(picture: PillowImage.Image, expected: int) -> None:
    for channels in (1, 3):
        array = to_array(picture, channels, None)
        assert array.shape == (channels, 2, 2)
        assert array.dtype == np.uint8
        assert np.abs(array.astype(int) - expected).max() <= 1


def test_pictures_of_different_sizes_are_squeezed_to_one() -> None:
    pictures = [PillowImage.fromarray(noise(20, 30, 3)), PillowImage.fromarray(noise(9, 7, 3))]
    codec = ImageCodec({"image": "picture", "label": "kind"}, ["cat", "dog"], 3, 12)
    assert codec.encode(rows(pictures, [0, 1]))["image"].shape == (2, 3, 12, 12)
    codec.size = None
    with pytest.raises(UserError, match="differ in size"):
        codec.encode(rows(pictures, [0, 1]))


def test_rows_that_cannot_be_used_are_named_with_the_reason() -> None:
    buffer = io.BytesIO()
    PillowImage.fromarray(noise(4, 4)).save(buffer, "PNG")
    good = buffer.getvalue()
    cells = [
        {"bytes": good, "path": None},
        {"bytes": b"no picture", "path": None},
        None,
        {"bytes": good[:40], "path": None},
        {"bytes": good, "path": None},
    ]
    features = Features({"picture": Image(), "kind": ClassLabel(names=["cat", "dog"])})
    data = Dataset.from_dict({"picture": cells, "kind": [0, 0, 1, 1, None]}, features=features)
    codec = ImageCodec({"image": "picture", "label": "kind"}, ["cat", "dog"], 1, 4)
    problems = {problem.row: problem.reason for problem in codec.check(data)}
    assert set(problems) == {1, 2, 3, 4}
    assert "decoded" in problems[1]
    assert "missing" in problems[2]
    assert "label" in problems[4]


def test_columns_are_found_by_type_and_missing_ones_named() -> None:
    assert find_columns(FEATURES, {}) == {"image": "picture", "label": "kind"}
    with pytest.raises(UserError, match="Did you mean 'picture'") as error:
        find_columns(FEATURES, {"image": "pictur"})
    assert "note" in str(error.value)
    with pytest.raises(UserError, match="no image column"):
        find_columns(Features({"kind": ClassLabel(names=["a"])}), {})
    two = Features({"a": Image(), "b": Image(), "label": ClassLabel(names=["a"])})
    with pytest.raises(UserError, match="several image columns"):
        find_columns(two, {})


def test_previews_escape_class_names() -> None:
    codec = ImageCodec({"image": "picture", "label": "kind"}, ['"><script>', "dog"], 1, 4)
    fragment = codec.preview({"image": torch.zeros(1, 1, 4, 4, dtype=torch.uint8), "label": torch.tensor([0])}, 0)
    assert fragment.startswith("<img ")
    assert "<script>" not in fragment


def test_samples_are_written_as_one_grid(tmp_path) -> None:
    codec = ImageCodec({"image": "picture"}, None, 1, 4)
    image = torch.arange(5, dtype=torch.uint8)[:, None, None, None].expand(5, 1, 4, 4) * 50
    path = codec.save_samples({"image": image}, tmp_path / "step-1", columns=3)
    grid = np.asarray(PillowImage.open(path))
    assert grid.shape == (8, 12)
    assert grid[::4, ::4].tolist() == [[0, 50, 100], [150, 200, 0]]
