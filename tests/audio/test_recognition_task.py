"""The task of recognition checks what a model can hear and say before anything is trained."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from datasets import Audio, Dataset

from augmint.audio.files import write_clip
from augmint.audio.recognition.task import SpeechRecognition
from augmint.core.errors import UserError
from augmint.core.interfaces import Splits, TaskSettings

sys.path.insert(0, str(Path(__file__).parent))
from tiny_recognisers import scratch, tones


def rows(*texts, pad=0.0):
    clips = [np.concatenate([tones(text), np.zeros(round(16000 * pad), np.int16)]) for text in texts]
    cells = [{"bytes": write_clip(clip, 16000), "path": None} for clip in clips]
    return Dataset.from_dict({"audio": cells, "text": list(texts)}).cast_column("audio", Audio(decode=False))


def task(kind, train, **more):
    settings = {"finetune": {"max_steps": 2, "per_device_train_batch_size": 2}, **more}
    return SpeechRecognition(Splits(train, rows("bad cab", "a dab")), TaskSettings(model=scratch(kind), **settings))


def test_clips_that_outlast_a_models_window_are_refused_by_their_rows():
    with pytest.raises(UserError, match=r"1 train clips are longer than the 3 s that the model hears \(rows 1\)"):
        task("whisper", Dataset.from_list([*rows("bad cab"), *rows("a dab", pad=3.0)])).check_settings()
    task("whisper", rows("bad cab", "a dab")).check_settings()


def test_a_test_split_that_a_model_would_hear_the_beginning_of_alone_is_refused():
    made = task("whisper", rows("bad cab", "a dab"))
    made.splits = replace(made.splits, test=rows("cad", "a dab", pad=3.0))
    with pytest.raises(UserError, match="2 test clips are longer"):
        made.check_settings()


def test_transcripts_that_cannot_be_said_in_time_are_told(tmp_path):
    hurried = rows("bad cab", "a dab", "cad bead")
    hurried = hurried.remove_columns("text").add_column("text", ["bad cab", "ab" * 300, "cad bead"])
    with ThreadPoolExecutor(1) as executor, pytest.warns(UserWarning, match=r"1 of 3 transcripts .*rows 1"):
        task("parakeet_ctc", hurried).fit_judge(tmp_path / "judge", executor)
    assert (tmp_path / "judge" / "judge.json").is_file(), "it goes on all the same"


def test_the_vocoder_is_checked_before_anything_is_trained():
    with pytest.raises(UserError, match="Did you mean 'hifigan'") as refused:
        task("parakeet_ctc", rows("bad cab", "a dab"), generator={"name": "hifgan"}).check_settings()
    assert refused.value.where == "generator.name"
    task("parakeet_ctc", rows("bad cab", "a dab"), generator={"name": "hifigan", "dim": 8}).check_settings()
    with pytest.raises(UserError, match="hop_length"):
        task("parakeet_ctc", rows("bad cab", "a dab"), generator={"hop_length": 100}).check_settings()


def test_the_judge_hears_what_is_said(tmp_path):
    made = task("parakeet_ctc", rows("bad cab", "a dab", "cad bead"))
    with ThreadPoolExecutor(1) as executor:
        made.fit_judge(tmp_path / "judge", executor)
    judge = made.load_judge(tmp_path / "judge")
    batch = made.train_rows.batch([0, 1, 2])
    agreement = judge.agreement(batch)
    assert agreement.shape == (3,)
    assert ((agreement >= 0) & (agreement <= 1)).all()
    places = judge.embed(batch)
    alone = judge.embed(made.train_rows.batch([1]))
    assert np.allclose(places[1:2].numpy(), alone.numpy(), atol=1e-4), "a place depends on the clip alone"
    assert not np.allclose(places[0].numpy(), places[2].numpy(), atol=1e-2)
