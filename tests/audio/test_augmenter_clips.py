"""The augmenter on clips that are read undecoded, as they must be where torchcodec is not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from datasets import Audio, Dataset

from augmint.audio import standard_policy
from augmint.audio.files import read_clip, write_clip
from augmint.core import Augmenter

sys.path.insert(0, str(Path(__file__).parent))
from tiny_recognisers import TEXTS, tones


@pytest.mark.parametrize("before", ["nothing", "mint", "bind"])
def test_clips_are_augmented_as_they_are_read_whatever_the_augmenter_did_before(before: str) -> None:
    cells = [{"bytes": write_clip(tones(text), 16000), "path": None} for text in TEXTS]
    rows = Dataset.from_dict({"audio": cells, "text": TEXTS}).cast_column("audio", Audio(decode=False))
    augmenter = Augmenter(policy=standard_policy("speech-recognition"))
    if before == "mint":
        assert len(augmenter.mint(rows, ratio=1.0)) == 8
    if before == "bind":
        augmenter.bind(rows)
    rows.set_transform(augmenter.transform)
    read = rows[:]
    assert read["text"] == TEXTS
    clips = [read_clip(cell, 16000) for cell in read["audio"]]
    assert any(len(clip) != len(tones(text)) for clip, text in zip(clips, TEXTS, strict=True)), "some are faster or slower"
    assert all(0.9 <= len(tones(text)) / len(clip) <= 1.1 for clip, text in zip(clips, TEXTS, strict=True))
