"""Slips in what was searched for by beam: words go missing and change places, numbers and placeholders stay."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors
from augmint.text.generators import Seq2SeqGenerator
from augmint.text.generators.noise import noised
from augmint.text.seq2seq import Decoding

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs, tiny

TEXTS = [f"the {number} old houses of {{name}} stand by the river since {number + 1800} or so" for number in range(200)]


def streams(rows: range, seed: int = 0) -> RowRandom:
    return RowRandom(seed, "noise", rows=rows)


def test_words_are_left_out_and_moved_and_no_number_or_placeholder_is() -> None:
    out = noised(TEXTS, 0.1, streams(range(200)))
    words, before = [text.split() for text in out], [text.split() for text in TEXTS]
    kept = sum(map(len, words)) / sum(map(len, before))
    assert 0.85 < kept < 0.97
    assert sum(sorted(new) == sorted(old) and new != old for new, old in zip(words, before, strict=True)) > 10, "order alone"
    for number, text in enumerate(out):
        assert {str(number), str(number + 1800), "{name}"} <= set(text.split())
        assert set(text.split()) <= set(TEXTS[number].split())


def test_a_rows_slips_are_its_own_whatever_stands_beside_it() -> None:
    together = noised(TEXTS, 0.1, streams(range(200)))
    assert together[50:60] == noised(TEXTS[50:60], 0.1, streams(range(50, 60)))
    assert together != noised(TEXTS, 0.1, streams(range(200), seed=1))
    assert noised([], 0.1, streams(range(0))) == []


def test_the_generator_writes_several_sources_of_one_target_by_noise_alone() -> None:
    generator = Seq2SeqGenerator(tiny()).eval()
    targets = [pairs(1)[1][0]] * 16
    points, lengths = to_tensors(targets)

    def written(decode: str) -> list[str]:
        with torch.no_grad():
            out = generator.sample(16, {"target": points, length_key("target"): lengths}, rng=streams(range(16)), decode=decode)
        return to_strings(out["source"], out[length_key("source")])

    assert len(set(written("beam"))) == 1
    assert len(set(written("noised"))) > 1
    assert [generator.draws(decode=name) for name in ("beam", "noised", "cold")] == [False, True, True]


def test_noise_is_a_chance() -> None:
    with pytest.raises(UserError, match="noise is 2"):
        Decoding(noise=2)
