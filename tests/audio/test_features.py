"""What models are given: the same features as Transformers computes, on the CPU, whatever the clips beside a clip."""

import numpy as np
import pytest
import torch
from transformers import GenerationConfig, SeamlessM4TFeatureExtractor, Wav2Vec2FeatureExtractor

from augmint.audio.classification.model import ClipClassifier
from augmint.audio.clips import to_batch
from augmint.audio.models.extractor import sampling_rate_of, window_values
from augmint.audio.models.fbank import fbank
from augmint.audio.models.features import features
from augmint.audio.recognition.source import check_language
from augmint.core.errors import UserError

SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
MODELS = {
    "wav2vec2-bert": {**SMALL, "output_hidden_size": 16, "classifier_proj_size": 8},
    "wav2vec2": {**SMALL, "conv_dim": [8] * 7, "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2},
    "audio-spectrogram-transformer": {**SMALL, "num_mel_bins": 32},
}


def noises(*seconds):
    draw = np.random.default_rng(0)
    return [(3000 * draw.standard_normal(round(16000 * length))).astype(np.int16) for length in seconds]


def classifier(kind):
    return ClipClassifier.build({"scratch": {"model_type": kind, **MODELS[kind]}}, ["a", "b", "c"], 1.0, 0)


def test_the_quick_filter_bank_gives_the_numbers_of_transformers():
    extractor = SeamlessM4TFeatureExtractor(feature_size=40, num_mel_bins=40, sampling_rate=16000, stride=2)
    waves = [clip.astype(np.float32) / 32768 for clip in noises(1.0, 0.31, 0.77, 0.1)]
    wanted = extractor(waves, sampling_rate=16000, return_tensors="pt", padding=True)
    found = fbank(extractor, waves)
    assert torch.equal(found["attention_mask"], wanted["attention_mask"].long())
    torch.testing.assert_close(found["input_features"], wanted["input_features"].float(), atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("masked", [False, True])
def test_a_raw_wave_is_normalised_by_its_own_samples_whatever_is_beside_it(masked):
    extractor = Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=masked)
    short, long = noises(0.5, 0.9)
    alone, together = (features(extractor, **to_named(to_batch(clips))) for clips in ([short], [short, long]))
    assert ("attention_mask" in together) == masked, "the model is given a mask where its extractor says so"
    values = together["input_values"][0]
    torch.testing.assert_close(values[: len(short)], alone["input_values"][0])
    assert not values[len(short) :].any()
    assert values[: len(short)].std() == pytest.approx(1.0, abs=1e-2)


def to_named(batch):
    return {"audio": batch["audio"], "lengths": batch["audio_length"]}


@pytest.mark.parametrize("kind", list(MODELS))
def test_an_answer_and_a_place_depend_on_the_clip_alone(kind):
    model, clips = classifier(kind), noises(0.9, 0.4, 0.6)
    together = to_batch(clips)
    alone = to_batch(clips[1:2])
    for ask in (model.logits, model.embed):
        torch.testing.assert_close(ask(together)[1:2], ask(alone), atol=2e-3, rtol=2e-3)


@pytest.mark.parametrize("kind", list(MODELS))
def test_a_data_loader_is_given_tensors_on_the_cpu(kind):
    model, clips = classifier(kind), noises(0.5)
    model.network.to("meta")
    assert {value.device.type for value in model.inputs(to_batch(clips)).values()} == {"cpu"}


def test_a_saved_classifier_answers_the_same(tmp_path):
    model, batch = classifier("wav2vec2-bert"), to_batch(noises(0.5, 0.3))
    model.save_pretrained(tmp_path)
    assert torch.equal(ClipClassifier.from_pretrained(tmp_path).logits(batch), model.logits(batch))
    assert sampling_rate_of({"name_or_path": str(tmp_path)}) == 16000


def test_windows_hold_the_longest_clip_in_whole_seconds():
    assert window_values("whisper", 1.2) == {"max_source_positions": 100}
    assert window_values("audio-spectrogram-transformer", 99.0) == {"max_length": 3000}
    assert window_values("wav2vec2", 1.2) == {}


def test_a_model_of_many_languages_must_be_told_which():
    many = GenerationConfig(is_multilingual=True, lang_to_id={"<|de|>": 1, "<|en|>": 2})
    check_language(many, "de")
    with pytest.raises(UserError, match="not told which"):
        check_language(many, None)
    with pytest.raises(UserError, match="Did you mean 'de'"):
        check_language(many, "dee")
    for one in (GenerationConfig(), None):
        check_language(one, None)
        with pytest.raises(UserError, match="no choice of languages"):
            check_language(one, "de")
