"""Recognisers of every family: building, feeding, saving."""

from __future__ import annotations

import string
import sys
from pathlib import Path

import pytest
import torch

from augmint.audio.recognition import CTCRecognizer, Seq2SeqRecognizer, build_recognizer, check_model, load_recognizer
from augmint.audio.recognition.vocabulary import character_tokenizer
from augmint.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parent))
from tiny_recognisers import MODELS, RATE, TEXTS, scratch, small, waves_of

LENGTHS_KNOWN = ["parakeet_ctc", "wav2vec2-bert", "hubert", "whisper"]


@pytest.mark.parametrize("kind", LENGTHS_KNOWN)
def test_a_rows_loss_depends_on_neither_padding_nor_neighbours(kind: str) -> None:
    model = small(kind)
    model.network.eval()
    audio, lengths = waves_of(TEXTS, padding=4000)
    together = model.row_losses(model.inputs(audio, lengths, TEXTS))
    for row, text in enumerate(TEXTS):
        length = lengths[row : row + 1]
        alone = model.row_losses(model.inputs(audio[row : row + 1, : int(length)], length, [text]))
        torch.testing.assert_close(alone, together[row : row + 1], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", list(MODELS))
def test_what_is_heard_depends_on_neither_padding_nor_neighbours(kind: str) -> None:
    model = small(kind)
    texts = [text[:3] for text in TEXTS[:3]]
    audio, lengths = waves_of([*texts, "a"], padding=4000)
    model.network.train()
    heard = model.transcribe(audio, lengths)
    assert model.network.training
    last = lengths[3:]
    assert model.transcribe(audio[3:, : int(last)], last) == heard[3:]


@pytest.mark.parametrize("kind", ["parakeet_ctc", "wav2vec2", "whisper"])
def test_the_same_seed_gives_the_same_weights_and_leaves_the_global_state(kind: str) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, second, other = small(kind, 1), small(kind, 1), small(kind, 2)
    assert torch.equal(torch.get_rng_state(), before)
    weights = [torch.cat([weight.flatten() for weight in model.network.parameters()]) for model in (first, second, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize("kind", ["parakeet_ctc", "wav2vec2", "whisper"])
def test_a_saved_model_hears_the_same_and_plain_transformers_loads_it(kind: str, tmp_path: Path) -> None:
    from transformers import AutoFeatureExtractor, AutoModelForCTC, AutoModelForSpeechSeq2Seq, AutoTokenizer

    model = small(kind)
    model.save_pretrained(tmp_path)
    again = load_recognizer(tmp_path)
    audio, lengths = waves_of(TEXTS[:2])
    assert type(again) is type(model)
    assert again.transcribe(audio, lengths) == model.transcribe(audio, lengths)
    torch.testing.assert_close(
        model.inputs(audio, lengths, TEXTS[:2])["labels"], again.inputs(audio, lengths, TEXTS[:2])["labels"], rtol=0, atol=0
    )
    auto = AutoModelForCTC if isinstance(model, CTCRecognizer) else AutoModelForSpeechSeq2Seq
    plain = auto.from_pretrained(tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(plain.parameters(), model.network.parameters(), strict=True))
    ids = AutoTokenizer.from_pretrained(tmp_path)(TEXTS[0], add_special_tokens=False).input_ids
    assert ids == model.tokenizer(TEXTS[0], add_special_tokens=False).input_ids
    assert AutoFeatureExtractor.from_pretrained(tmp_path).sampling_rate == RATE


def test_a_pretrained_encoder_without_tokenizer_gets_the_letters_of_the_transcripts(tmp_path: Path) -> None:
    model = small("hubert")
    model.network.hubert.save_pretrained(tmp_path)
    model.extractor.save_pretrained(tmp_path)
    taught = build_recognizer({"name_or_path": str(tmp_path)}, ["Zoë, xylophone"])
    assert taught.labels(["ZOË"]).shape == (1, 3)
    assert taught.tokenizer.unk_token_id not in taught.labels(["zoë xylophone"])
    assert taught.network.config.vocab_size == len(taught.tokenizer) != len(model.tokenizer)


def test_a_model_that_was_taught_to_write_keeps_its_letters_or_is_refused(tmp_path: Path) -> None:
    model = small("hubert")
    model.network.save_pretrained(tmp_path)
    model.extractor.save_pretrained(tmp_path)
    with pytest.raises(UserError, match="has no tokenizer"):
        build_recognizer({"name_or_path": str(tmp_path)}, TEXTS)


def test_upper_case_models_learn_upper_case(tmp_path: Path) -> None:
    model = small("hubert")
    model.tokenizer = character_tokenizer([text.upper() for text in TEXTS])
    model.save_pretrained(tmp_path)
    again = load_recognizer(tmp_path)
    with pytest.warns(UserWarning, match="cannot write Ñ"):
        build_recognizer({"name_or_path": str(tmp_path)}, ["a bad ñ"])
    assert again.tokenizer.unk_token_id not in again.labels(["A dab!"])
    assert isinstance(again, CTCRecognizer)
    assert again.spelt("A dab!") == "A DAB"


def test_a_few_small_letters_among_capitals_make_no_model_of_both_cases(tmp_path: Path) -> None:
    model = small("hubert")
    model.tokenizer = character_tokenizer([*string.ascii_uppercase, *"ÄÖÜß"])
    model.save_pretrained(tmp_path)
    again = load_recognizer(tmp_path)
    assert isinstance(again, CTCRecognizer)
    assert again.spelt("Straße") == "STRASSE"
    assert again.tokenizer.unk_token_id not in again.labels(["Grüße"])
    model.tokenizer = character_tokenizer([*string.ascii_letters])
    model.save_pretrained(tmp_path)
    assert load_recognizer(tmp_path).spelt("Zoe") == "Zoe"


def test_a_model_of_another_script_is_refused(tmp_path: Path) -> None:
    small("hubert").save_pretrained(tmp_path)
    with pytest.raises(UserError, match=r"cannot write .*77% of the letters") as refused:
        build_recognizer({"name_or_path": str(tmp_path)}, ["привет", "ab"] * 5 + ["да да"])
    assert refused.value.where == "model.name_or_path"


def test_transcripts_that_a_writing_model_has_no_places_for_are_told() -> None:
    model = small("whisper")
    assert model.max_tokens == 448
    assert [model.too_short(30 * RATE, text) for text in ("a" * 300, "a" * 440, "ა" * 200)] == [False, False, True]


@pytest.mark.parametrize("kind", ["parakeet_ctc", "wav2vec2"])
def test_transcripts_too_long_for_their_clip_are_told_and_teach_nothing(kind: str) -> None:
    model = small(kind)
    frames = int(model.inputs(torch.zeros(1, RATE), torch.tensor([RATE]))["frames"])
    fits, repeats, long = "ab" * (frames // 2), "a" * frames, "ab" * frames
    assert [model.too_short(RATE, text) for text in (fits, repeats, long)] == [False, True, True]
    audio, lengths = waves_of(["abcdef"] * 2)
    losses = model.row_losses(model.inputs(audio, lengths, ["abc", long]))
    assert losses[0] > 0
    assert losses[1] == 0


@pytest.mark.parametrize("kind", ["parakeet_ctc", "whisper"])
def test_rows_without_words_are_read_too(kind: str) -> None:
    model = small(kind)
    audio, lengths = waves_of(TEXTS[:2])
    assert model.row_losses(model.inputs(audio, lengths, ["", "..."])).isfinite().all()


def test_plain_transformers_hears_the_same(tmp_path: Path) -> None:
    from transformers import pipeline

    model = small()
    model.save_pretrained(tmp_path)
    audio, lengths = waves_of(TEXTS[:1])
    plain = pipeline("automatic-speech-recognition", model=str(tmp_path))
    heard = plain(audio[0].numpy())["text"].replace("<unk>", "")
    assert heard == model.transcribe(audio, lengths)[0] != ""


def test_own_masks_of_a_model_are_off() -> None:
    for kind in ("wav2vec2", "wav2vec2-bert", "whisper"):
        config = small(kind).network.config
        assert not getattr(config, "apply_spec_augment", False)
        assert config.mask_time_prob == config.mask_feature_prob == 0


def test_a_fresh_model_reads_the_rate_it_is_given() -> None:
    model = build_recognizer(scratch("parakeet_ctc"), TEXTS, 8000)
    assert model.sampling_rate == 8000
    assert model.inputs(torch.zeros(1, 8000), torch.tensor([8000]))["input_features"].shape[1] in (100, 101)


def test_clips_of_a_tenth_of_a_second_and_less_are_read() -> None:
    for kind in MODELS:
        model = small(kind)
        model.network.eval()
        losses = model.row_losses(model.inputs(torch.zeros(2, 1600), torch.tensor([1600, 50]), ["a", "b"]))
        assert losses.isfinite().all()


@pytest.mark.parametrize(
    ("model", "word"),
    [
        ({"name_or_pth": "x"}, "name_or_path"),
        ({"name_or_path": "x", "scratch": {"model_type": "wav2vec2"}}, "Give one"),
        ({"name_or_path": "/no/such/folder"}, "Check the name"),
        ({"scratch": {"hidden_size": 3}}, "model_type"),
        ({"scratch": {"model_type": "wav2vec"}}, "wav2vec2"),
        ({"scratch": {"model_type": "wav2vec2", "hiden_size": 32}}, "hidden_size"),
        ({"scratch": {"model_type": "parakeet_ctc", "encoder_config": {"num_hidden_layer": 2}}}, "num_hidden_layers"),
        ({"scratch": {"model_type": "bert"}}, "does not transcribe"),
        ({"scratch": {"model_type": "whisper", "max_source_positions": 130}}, "max_source_positions"),
    ],
)
def test_slips_in_the_model_section_name_what_was_meant(model: dict[str, object], word: str) -> None:
    with pytest.raises(UserError, match=word):
        build_recognizer(model, TEXTS)


def test_a_section_is_checked_without_weights_and_nothing_said_is_a_small_ctc_model() -> None:
    check_model({})
    model = build_recognizer({}, ["Hello, World"])
    assert isinstance(model, CTCRecognizer)
    assert 1e6 < sum(weight.numel() for weight in model.network.parameters()) < 3e6
    assert isinstance(small("moonshine"), Seq2SeqRecognizer)


def test_scripts_without_case_are_written_as_they_are_read() -> None:
    texts = ["שלום עולם", "नमस्ते दुनिया", "مرحبا بكم"]
    for model in (build_recognizer(scratch("parakeet_ctc"), texts), build_recognizer(scratch("whisper"), texts)):
        for text in texts:
            ids = model.labels([text])[0].tolist()
            assert model.tokenizer.decode(ids, skip_special_tokens=True, group_tokens=False) == text
