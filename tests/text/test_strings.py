"""Texts survive the way to tensors and back, whatever they hold."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces.strings import to_strings, to_tensors

sys.path.insert(0, str(Path(__file__).parent))
from real_texts import TEXTS


def test_real_texts_come_back_exactly():
    points, lengths = to_tensors(TEXTS)
    assert (points.dtype, lengths.dtype) == (torch.int32, torch.int64)
    assert points.shape == (len(TEXTS), max(map(len, TEXTS)))
    assert lengths.tolist() == [len(text) for text in TEXTS]
    assert to_strings(points, lengths) == TEXTS


def test_random_strings_over_all_of_unicode_come_back_exactly():
    rng = np.random.default_rng(0)
    texts = []
    for length in rng.integers(0, 40, 300):
        points = rng.integers(0, sys.maxunicode + 1, length)
        texts.append("".join(chr(point) for point in points if not 0xD800 <= point < 0xE000))
    assert to_strings(*to_tensors(texts)) == texts


def test_padding_is_zero_and_lengths_tell_it_from_a_nul_in_the_text():
    points, lengths = to_tensors(["a\u0000", "abcd"])
    assert points.tolist() == [[97, 0, 0, 0], [97, 98, 99, 100]]
    assert to_strings(points, lengths) == ["a\u0000", "abcd"]


def test_no_texts_and_empty_texts_pass():
    assert to_strings(*to_tensors([])) == []
    assert to_strings(*to_tensors(["", ""])) == ["", ""]


@pytest.mark.parametrize(("texts", "message"), [
    (["fine", "half \ud83d of a pair"], r"row 1: .*U\+D83D.*half of a surrogate pair"),
    (["fine", "fine", None], r"row 2: .*NoneType"),
    ([b"bytes"], r"row 0: .*bytes")])
def test_texts_that_cannot_be_encoded_are_named(texts, message):
    with pytest.raises(UserError, match=message):
        to_tensors(texts)


@pytest.mark.parametrize(("points", "lengths", "message"), [
    (torch.zeros(2, 3, dtype=torch.int32), torch.tensor([1, 4]), "row 1: The length is 4"),
    (torch.zeros(2, 3, dtype=torch.int32), torch.tensor([-1, 1]), "row 0: The length is -1"),
    (torch.tensor([[1], [2**30]], dtype=torch.int32), torch.tensor([1, 1]), "row 1: 1073741824"),
    (torch.tensor([[1], [0xD83D]], dtype=torch.int32), torch.tensor([1, 1]), "row 1: .*no Unicode character"),
    (torch.zeros(2, 3), torch.tensor([1, 1]), "float32"),
    (torch.zeros(2, 3, dtype=torch.int32), torch.tensor([1]), "shape"),
])
def test_wrong_tensors_say_what_is_wrong(points, lengths, message):
    with pytest.raises(UserError, match=message):
        to_strings(points, lengths)
