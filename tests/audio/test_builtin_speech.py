"""Synthetic speech: deterministic, steered by its settings, and clear about what is missing."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("espeakng_loader")

from augmint.audio.builtin import speak
from augmint.audio.builtin.speech import trimmed
from augmint.core.errors import UserError


@pytest.mark.parametrize("voice", ["en-us+f2", "en+whisper", "en-us+klatt4", "it+m3"])
def test_what_was_said_before_leaves_no_trace(voice: str) -> None:
    first = speak("seven", voice)
    speak("And now something completely different.", "fr+m2", words_per_minute=300, pitch=90)
    assert np.array_equal(first, speak("seven", voice))


def test_threads_do_not_disturb_each_other() -> None:
    words = ["one", "two", "three", "four"] * 3
    alone = [speak(word) for word in words]
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(a, b) for a, b in zip(alone, pool.map(speak, words)))


def test_settings_are_heard() -> None:
    plain = speak("nine")
    assert len(speak("nine", words_per_minute=320)) < 0.8 * len(plain)
    assert len(speak("nine", sampling_rate=8_000)) == pytest.approx(len(plain) / 2, abs=1)
    for other in (speak("nine", pitch=90), speak("nine", "en-us+f2"), speak("five"), speak("neuf", "fr")):
        assert other.shape != plain.shape or not np.array_equal(other, plain)
    assert plain.dtype == np.int16


def test_trimming_leaves_the_sound_and_a_margin() -> None:
    sound = np.full(800, 5_000, np.int16)
    clip = np.concatenate([np.zeros(4_000, np.int16), sound, np.zeros(1_600, np.int16), sound, np.zeros(3_000, np.int16)])
    kept = trimmed(clip, 8_000)
    assert np.array_equal(np.trim_zeros(kept), np.trim_zeros(clip))  # the pause within stays
    assert len(kept) == 3_200 + 2 * 160
    assert len(trimmed(np.zeros(100, np.int16), 8_000)) == 100


@pytest.mark.parametrize(("values", "words"), [
    ({"voice": "martian"}, "martian"),
    ({"text": " "}, "says nothing"),
    ({"pitch": 100}, "0 to 99"),
    ({"words_per_minute": 20}, "80 to 450"),
])
def test_what_cannot_be_said_is_refused(values, words: str) -> None:
    with pytest.raises(UserError, match=words):
        speak(**{"text": "one", **values})


def test_a_missing_synthesiser_names_its_install_command(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(UserError, match="pip install espeakng-loader"):
        speak("one")
