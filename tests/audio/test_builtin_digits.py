"""`builtin:spoken-digits`: the same for everyone, voices apart, clips that can be read."""

import hashlib
import subprocess
import sys

import pytest

pytest.importorskip("espeakng_loader")

from augmint.audio.builtin import spoken_digits
from augmint.audio.builtin.digits import DIGITS, VOICES
from augmint.audio.builtin.speech import trimmed
from augmint.audio.files import read_clip, read_info

SIZES = {"train": 300, "validation": 100, "test": 500}


@pytest.fixture(scope="module")
def data():
    return spoken_digits()


def fingerprint(clips) -> str:
    return hashlib.sha256(b"".join(clip["bytes"] for clip in clips)).hexdigest()


ELSEWHERE = """
import hashlib
from augmint.audio.builtin import speak
from augmint.audio.builtin.digits import _rows
speak("Something was said before.", "fr+m2", pitch=80)
print(hashlib.sha256(b"".join(row["audio"]["bytes"] for row in _rows("validation"))).hexdigest())
"""


def test_another_process_gets_the_same_bytes(data) -> None:
    found = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == fingerprint(data["validation"]["audio"])


def test_nobody_is_heard_in_two_splits(data) -> None:
    heard = {split: set(rows["voice"]) for split, rows in data.items()}
    assert all(heard[split] == set(VOICES[split]) for split in heard)
    assert len(set.union(*heard.values())) == sum(map(len, heard.values()))


def test_no_clip_comes_twice(data) -> None:
    clips = [clip["bytes"] for rows in data.values() for clip in rows["audio"]]
    assert len(set(clips)) == len(clips) == sum(SIZES.values())


@pytest.mark.parametrize("split", SIZES)
def test_every_digit_comes_equally_often(data, split: str) -> None:
    assert data[split].features["label"].names == list(DIGITS)
    assert [data[split]["label"].count(label) for label in range(10)] == [SIZES[split] // 10] * 10


def test_clips_are_short_and_begin_and_end_with_speech(data) -> None:
    for clip in data["validation"]["audio"]:
        assert read_info(clip)[0] == 16_000
        samples = read_clip(clip, 16_000)
        assert 0.15 < len(samples) / 16_000 < 1.0
        assert abs(len(trimmed(samples, 16_000)) - len(samples)) <= 320  # frames at another rate may end a frame later
        assert abs(samples.astype(int)).max() > 3_000
