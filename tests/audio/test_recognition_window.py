"""Models with a window: it can be made as short as the clips, and nothing outgrows it."""

import sys
from pathlib import Path

import pytest
import torch

from augmint.audio.models.within import Within
from augmint.audio.policy import AudioPolicy, Stage
from augmint.audio.recognition import build_recognizer, load_recognizer
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom

sys.path.insert(0, str(Path(__file__).parent))
from test_recognition_task import rows, task
from tiny_recognisers import TEXTS, batch_of, scratch, small, waves_of


def test_a_narrowed_model_hears_as_before_saving_and_plain_transformers_loads_it(tmp_path: Path) -> None:
    from transformers import AutoFeatureExtractor, WhisperForConditionalGeneration

    small("whisper").save_pretrained(tmp_path / "wide")
    model = build_recognizer({"name_or_path": str(tmp_path / "wide"), "window_seconds": 2}, ())
    audio, lengths = waves_of(TEXTS[:2])
    assert model.inputs(audio, lengths)["input_features"].shape[2] == 200, "a hundred frames a second"
    wide = load_recognizer(tmp_path / "wide")
    both = [recogniser.inputs(audio, lengths)["input_features"][:, :, :80] for recogniser in (model, wide)]
    torch.testing.assert_close(*both, msg="what is said within the window is heard as in the wide one")
    model.save_pretrained(tmp_path / "narrow")
    again = load_recognizer(tmp_path / "narrow")
    assert again.transcribe(audio, lengths) == model.transcribe(audio, lengths)
    plain = WhisperForConditionalGeneration.from_pretrained(tmp_path / "narrow")
    given = AutoFeatureExtractor.from_pretrained(tmp_path / "narrow")(audio[0].numpy(), sampling_rate=16000, return_tensors="pt")
    assert plain.model.encoder(given["input_features"]).last_hidden_state.shape[1] == 100


@pytest.mark.parametrize(
    ("model", "word"),
    [
        ({**scratch("whisper"), "window_seconds": 4}, "from 1 to 3"),
        ({**scratch("whisper"), "window_seconds": 0}, "from 1 to 3"),
        ({**scratch("whisper"), "window_seconds": 1.5}, "whole number"),
        ({**scratch("parakeet_ctc"), "window_seconds": 2}, "any length"),
    ],
)
def test_windows_that_cannot_be_are_refused(model: dict, word: str) -> None:
    with pytest.raises(UserError, match=word):
        build_recognizer(model, TEXTS)


def test_clips_longer_than_the_shorter_window_are_refused_by_their_rows() -> None:
    made = task("whisper", rows("bad cab", "a dab", pad=0.5))
    made.check_settings()
    made.settings.model["window_seconds"] = 1
    with pytest.raises(UserError, match=r"2 train clips are longer than the 1 s"):
        type(made)(made.splits, made.settings).check_settings()


def test_a_version_that_would_outgrow_the_window_stays_as_it_was() -> None:
    batch = batch_of(["bad cab", "a dab"])
    window = int(batch["audio_length"][0])
    slower = AudioPolicy((Stage({"speed": 1.0}),))
    longer = [seed for seed in range(20) if slower(batch, RowRandom(seed, rows=[0, 1]))["audio_length"][0] > window]
    assert longer, "some draws slow the first clip down"
    free, bound = (policy(batch, RowRandom(longer[0], rows=[0, 1])) for policy in (slower, Within(slower, window)))
    assert bound["audio_length"][0] == window
    assert torch.equal(bound["audio"][0, :window], batch["audio"][0, :window])
    assert bound["audio_length"][1] == free["audio_length"][1], "the other clip has room"
    assert torch.equal(bound["audio"][1, : bound["audio_length"][1]], free["audio"][1, : free["audio_length"][1]])


def test_no_clip_longer_than_the_window_is_minted() -> None:
    made = task("whisper", rows("bad cab", "a dab"))
    rules = made.codec.fit_rules(made.splits.train)
    assert rules is not None
    long = batch_of(["bad cab"], padding=2 * 16000)
    long["audio"] = long["audio"].repeat(1, 2)
    long["audio_length"][0] = 3 * 16000 + 1
    assert rules(long) == ["length unlike any real clip's"]
