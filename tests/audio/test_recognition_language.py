"""Models of many languages are trained and asked for the one that the recipe names; others have no choice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from transformers import WhisperTokenizer

from augmint.audio.recognition import build_recognizer, load_recognizer
from augmint.audio.recognition.model import Recognizer
from augmint.audio.recognition.source import check_model
from augmint.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parent))
from tiny_recognisers import TEXTS, scratch, small, waves_of

SPECIAL = ["startoftranscript", "en", "zh", "de", "translate", "transcribe", "notimestamps"]
LANGUAGES = {"<|en|>": "en", "<|zh|>": "zh", "<|de|>": "de"}


@pytest.fixture(scope="module")
def polyglot(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a small Whisper of three languages."""
    folder = tmp_path_factory.mktemp("polyglot")
    letters = [*"abcdefgh", "\u0120", "<|endoftext|>"]  # a space is written as the byte tokenizer's sign of it
    tokenizer = WhisperTokenizer(vocab={letter: at for at, letter in enumerate(letters)}, merges=[], pad_token="<|endoftext|>")
    tokenizer.add_special_tokens({"additional_special_tokens": [f"<|{name}|>" for name in SPECIAL]})
    model = small("whisper")
    number = {name: tokenizer.convert_tokens_to_ids(f"<|{name}|>") for name in SPECIAL}
    model.network.resize_token_embeddings(len(tokenizer))
    start, end = number["startoftranscript"], tokenizer.eos_token_id
    for values in (model.network.config, model.network.generation_config):
        values.decoder_start_token_id, values.bos_token_id, values.eos_token_id, values.pad_token_id = start, end, end, end
    generation = model.network.generation_config
    generation.is_multilingual, generation.no_timestamps_token_id = True, number["notimestamps"]
    generation.lang_to_id = {sign: number[name] for sign, name in LANGUAGES.items()}
    generation.task_to_id = {name: number[name] for name in ("translate", "transcribe")}
    Recognizer.save_pretrained(model, folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def signs(model: Recognizer, text: str) -> list[str]:
    return model.tokenizer.convert_ids_to_tokens([at for at in model.labels([text])[0].tolist() if at >= 0])


@pytest.mark.parametrize("language", ["de", "en"])
def test_transcripts_begin_with_the_language_that_the_recipe_names(polyglot: str, language: str) -> None:
    check_model({"name_or_path": polyglot, "language": language})
    model = build_recognizer({"name_or_path": polyglot, "language": language}, ())
    written = signs(model, "bad cab")
    assert written[:3] == [f"<|{language}|>", "<|transcribe|>", "<|notimestamps|>"]
    assert written[-1] == "<|endoftext|>"
    assert "".join(written[3:-1]).replace("\u0120", " ") == "bad cab"


def test_the_language_is_asked_for_and_kept_when_it_is_saved(polyglot: str, tmp_path: Path) -> None:
    model = build_recognizer({"name_or_path": polyglot, "language": "de"}, ())
    model.save_pretrained(tmp_path)
    again = load_recognizer(tmp_path)
    assert (again.network.generation_config.language, again.network.generation_config.task) == ("de", "transcribe")
    assert signs(again, "a") == signs(model, "a")
    audio, lengths = waves_of(TEXTS[:2])
    assert again.transcribe(audio, lengths) == model.transcribe(audio, lengths)
    asked = []
    generate = model.network.generate
    model.network.generate = lambda **given: asked.append(given["generation_config"].language) or generate(**given)
    model.transcribe(audio, lengths)
    assert set(asked) == {"de"}


def test_a_model_of_many_languages_is_told_one_that_it_knows(polyglot: str) -> None:
    with pytest.raises(UserError, match="not told which"):
        check_model({"name_or_path": polyglot})
    with pytest.raises(UserError, match="no language 'dee'"):
        check_model({"name_or_path": polyglot, "language": "dee"})


@pytest.mark.parametrize("kind", ["parakeet_ctc", "whisper", "saved ctc"])
def test_a_model_without_a_choice_of_languages_is_told_none(kind: str, tmp_path: Path) -> None:
    model = scratch(kind) if kind != "saved ctc" else {"name_or_path": str(tmp_path)}
    if kind == "saved ctc":
        small().save_pretrained(tmp_path)
    check_model(model)
    for check in (check_model, lambda given: build_recognizer(given, TEXTS)):
        with pytest.raises(UserError, match="no choice of languages") as refused:
            check({**model, "language": "de"})
        assert refused.value.where == "model.language"
