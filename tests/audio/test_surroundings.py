"""What recordings tell of noise and rooms is true of them, and policies take after it."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Audio, Dataset

from augmint.audio.files import write_clip
from augmint.audio.listening import BANDS
from augmint.audio.ops import Draw, Setting, get_op
from augmint.audio.policy import AudioPolicy, AudioPolicySpace, Stage
from augmint.audio.recognition.task import SpeechRecognition
from augmint.audio.surroundings import MOST, Surroundings
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom, Splits, TaskSettings

sys.path.insert(0, str(Path(__file__).parent))
from waves import RATE, SURROUNDINGS, VOICES, batch_of, sine

SYLLABLES = 12


def syllables(seed: int) -> np.ndarray:
    """Bursts of noise, float64, that end at once."""
    rng = np.random.default_rng(seed)
    wave = np.zeros(RATE // 2 * (SYLLABLES + 1))
    for start in range(SYLLABLES):
        wave[start * RATE // 2 : start * RATE // 2 + RATE // 10] = rng.normal(0, 1, RATE // 10)
    return wave


def in_room(wave: np.ndarray, seconds: float, seed: int) -> np.ndarray:
    count = int(seconds * RATE)
    walls = np.random.default_rng([seed, 1]).normal(size=count) * 10 ** (-3 * np.arange(count) / count)
    return np.convolve(wave, walls)[: len(wave)]


def recorded(wave: np.ndarray, noise: np.ndarray | float = 0.0) -> np.ndarray:
    return (8000 * (wave / np.abs(wave).max() + noise)).astype(np.int16)


def test_the_decay_of_a_room_is_heard() -> None:
    for seconds in (0.2, 0.4, 0.8):
        found = Surroundings.fit([recorded(in_room(syllables(seed), seconds, seed)) for seed in range(4)], RATE).decays
        assert len(found) == 4
        assert np.median(found) == pytest.approx(seconds, rel=0.25)


def test_noise_in_pauses_has_the_colour_it_was_recorded_with() -> None:
    rng = np.random.default_rng(0)
    white = rng.normal(0, 0.003, RATE // 2 * (SYLLABLES + 1))
    falling = np.cumsum(white) * 0.1
    even, brown = Surroundings.fit([recorded(syllables(0), noise - noise.mean()) for noise in (white, falling)], RATE).noises
    assert len(even) == len(brown) == BANDS
    assert np.ptp(even) < 4
    assert brown[0] - brown[-1] > 15, "power falls by 6 dB an octave"
    alone = Surroundings.fit([recorded(rng.normal(size=RATE))], RATE).noises
    assert np.ptp(alone[0]) < 4, "a recording of noise alone is taken as a whole"


def test_silence_and_scraps_tell_nothing_and_lists_are_short() -> None:
    dead = [np.zeros(RATE, np.int16), np.zeros(0, np.int16), np.full(100, 9, np.int16), recorded(syllables(0))]
    assert not Surroundings.fit(dead[:3], RATE)
    assert not Surroundings.fit(dead[3:], RATE).noises, "between its syllables there is digital silence"
    rng = np.random.default_rng(0)
    many = Surroundings.fit((recorded(rng.normal(size=RATE)) for _ in range(MOST + 9)), RATE)
    assert len(many.noises) == MOST


def test_recorded_noise_has_its_spectrum() -> None:
    noise = tuple(-1.5 * band for band in range(BANDS))
    op = get_op("noise_recorded", Setting(RATE, Surroundings(noises=(noise,))))
    tone = sine(20 * RATE, 40.0)
    added = (op.change(tone, Draw(1.0, (0.5,), 3)) - tone).numpy().astype(float)
    found = Surroundings.fit([(added / np.abs(added).max() * 20000).astype(np.int16)], RATE).noises[0]
    assert np.abs(np.array(found) - (np.array(noise) - np.mean(noise)))[1:-1].max() < 3


def test_rooms_are_those_of_the_recordings() -> None:
    def tail(decays: tuple[float, ...], magnitude: float) -> int:
        click = torch.zeros(2 * RATE)
        click[0] = 1
        answer = get_op("room", Setting(RATE, Surroundings(decays=decays))).change(click, Draw(magnitude, (), 0))
        return int(answer.abs().gt(1e-6).nonzero().max())

    assert tail((0.5,), 0.2) == pytest.approx(tail((0.5,), 1.0), rel=0.02)
    assert tail((0.2, 0.4, 1.0), 0.1) < tail((0.2, 0.4, 1.0), 0.5) < tail((0.2, 0.4, 1.0), 1.0)
    assert tail((0.2, 0.4, 1.0), 1.0) == pytest.approx(0.75 * RATE, rel=0.02)


def test_a_policy_carries_them_and_draws_alike_after_its_way_through_json() -> None:
    policy = AudioPolicy((Stage({"noise_recorded": 1.0}), Stage({"room": 1.0})), surroundings=SURROUNDINGS)
    again = AudioPolicy.from_dict(policy.to_dict())
    assert again == policy
    assert again.fingerprint != AudioPolicy(policy.stages).fingerprint
    batch = batch_of(VOICES)
    rows = list(range(len(VOICES)))
    first, second = (one(batch, RowRandom(0, rows=rows))["audio"] for one in (policy, again))
    assert torch.equal(first, second)


def test_the_space_has_recorded_noise_only_where_there_is_some() -> None:
    def ops(space: AudioPolicySpace) -> set[str]:
        return {name for stage in space.decode({"noise": 1.0, "room": 1.0}).stages for name in stage.ops}

    assert "noise_recorded" not in ops(AudioPolicySpace("speech-recognition"))
    assert "noise_recorded" in ops(AudioPolicySpace("speech-recognition", surroundings=SURROUNDINGS))
    dry = AudioPolicySpace("speech-recognition", surroundings=SURROUNDINGS).decode({"speed": 1.0})
    assert dry == AudioPolicySpace("speech-recognition").decode({"speed": 1.0}), "policies that need none carry none"


@pytest.mark.parametrize(
    "values",
    [{"noises": [[1.0, 2.0]]}, {"noises": [[0.0, 0.0, 0.0, float("nan")]]}, {"decays": [3.0]}, {"decays": ["short"]}, {"room": 1}],
)
def test_bad_surroundings_are_refused(values: dict) -> None:
    with pytest.raises(UserError, match=r"surroundings|decays|noise"):
        AudioPolicy.from_dict({"stages": [], "surroundings": values})
    with pytest.raises(UserError, match="no noises"):
        AudioPolicy((Stage({"noise_recorded": 1.0}),))(batch_of(VOICES), RowRandom(0, rows=list(range(len(VOICES)))))


def test_a_task_learns_them_from_its_unlabelled_clips() -> None:
    def rows(clips: list[np.ndarray], **columns: list[str]) -> Dataset:
        cells = [{"bytes": write_clip(clip, RATE), "path": None} for clip in clips]
        return Dataset.from_dict({"audio": cells, **columns}).cast_column("audio", Audio(decode=False))

    speech = [recorded(in_room(syllables(seed), 0.4, seed), 0.001) for seed in range(3)]
    train = rows(speech, text=["a", "b", "a b"])
    street = rows([recorded(np.random.default_rng(seed).normal(size=RATE)) for seed in range(5)])
    task = SpeechRecognition(Splits(train, train, unlabeled=street), TaskSettings())
    assert len(task.space.surroundings.noises) == 5
    assert "noise_recorded" in task.policy_space().decode({"noise": 1.0}).stages[0].ops
    assert not SpeechRecognition(Splits(train, train), TaskSettings()).space.surroundings
