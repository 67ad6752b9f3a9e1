"""Error rates: jiwer's figures after normalisation, and rows whose mean is the corpus score."""

from __future__ import annotations

import jiwer
import numpy as np
import pytest

from augmint.audio.recognition import WER, agreement, error_rate, normalise
from augmint.audio.recognition.metric import edits

REFERENCES = ["Please hold.", "That is not a valid number, sorry!", "Don't dial 'nine' twice", "Goodbye"]
HEARD = ["please hold", "that is a valued number sorry sorry", "dont dial nine", ""]


def test_rates_are_jiwers_of_normalised_texts() -> None:
    references, heard = [normalise(text) for text in REFERENCES], [normalise(text) for text in HEARD]
    assert error_rate(HEARD, REFERENCES)[0] == pytest.approx(100 * jiwer.wer(references, heard))
    assert error_rate(HEARD, REFERENCES, characters=True)[0] == pytest.approx(100 * jiwer.cer(references, heard))


def test_the_mean_of_rows_is_the_corpus_score_and_bad_rows_stand_out() -> None:
    for characters in (False, True):
        score, rows = error_rate(HEARD, REFERENCES, characters=characters)
        assert np.mean(rows) == pytest.approx(score)
        assert min(rows) == rows[0] < max(rows)


def test_rows_vary_over_resamples_as_the_corpus_score_does() -> None:
    rng = np.random.default_rng(0)
    references = [" ".join(["word"] * int(count)) for count in rng.integers(1, 12, 400)]
    heard = [" ".join("word" if rng.random() < 0.7 else "no" for _ in text.split()) for text in references]
    rows = np.array(error_rate(heard, references)[1])
    drawn = [rng.integers(0, 400, 400) for _ in range(400)]
    errors, units = edits(heard, references)
    whole = [100 * errors[rows_of].sum() / units[rows_of].sum() for rows_of in drawn]
    assert np.std([rows[rows_of].mean() for rows_of in drawn]) == pytest.approx(np.std(whole), rel=0.05)


def test_rates_may_exceed_all_words_and_empty_references_are_no_end() -> None:
    assert error_rate(["a b c"], ["a"])[0] == 200
    assert error_rate(["a b", ""], ["", ""])[0] == 100
    assert error_rate(["", ""], ["", "?"]) == (0.0, [0.0, 0.0])
    assert not WER.greater_is_better


def test_letters_of_every_script_survive_normalisation() -> None:
    for text in ("مرحبا بالعالم", "नमस्ते दुनिया", "שלום עולם", "こんにちは世界", "می‌خواهم", "ça où", "ты ёж"):
        assert normalise(f"  «{text}» !") == text
    assert normalise("\u200fABC\u200e") == "abc"
    assert normalise("İstanbul") == normalise("i̇stanbul")


def test_agreement_lies_between_nothing_and_everything() -> None:
    found = agreement(["hello", "xxxxxxxxxxxx", "helo"], ["Hello!", "no", "hello"])
    assert found.tolist() == [1.0, 0.0, pytest.approx(0.8)]
