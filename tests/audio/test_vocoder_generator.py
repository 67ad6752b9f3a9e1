"""The vocoder: lengths, silence beyond the end, rows on their own, what a perturbation changes, saving and refusals."""

import dataclasses

import numpy as np
import pytest
import torch

from augmint.audio.vocoder import MelVocoderConfig, MelVocoderGenerator, build_vocoder
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.core.testing import check_generator

NARROW = {"dim": 8, "layers": 2}


def narrow(rate=16_000, **values):
    return build_vocoder({**NARROW, **values}, sampling_rate=rate)[0].eval()


def clips(lengths=(5000, 1600, 7001, 3000), width=None, seed=0):
    audio = np.random.default_rng(seed).normal(0, 3000, (len(lengths), width or max(lengths))).astype(np.int16)
    length = torch.tensor(lengths)
    inside = torch.arange(audio.shape[1]) < length[:, None]
    return {"audio": torch.from_numpy(audio) * inside, "audio_length": length}


def draw(generator, condition, rows=None, seed=0, **controls):
    n = len(condition["audio"])
    with torch.no_grad():
        return generator.sample(n, condition, rng=RowRandom(seed, "test", rows=rows or range(n)), **controls)


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000])
@pytest.mark.parametrize("lengths", [(1, 2, 100), (255, 256, 257), (4000, 16_000, 800)])
def test_an_unperturbed_clip_keeps_its_length_to_the_sample(rate, lengths):
    made = draw(narrow(rate), clips(lengths), perturbation=0.0)
    assert made["audio_length"].tolist() == list(lengths)
    assert made["audio"].shape == (len(lengths), max(lengths))
    assert made["audio"].dtype == torch.float32


@pytest.mark.parametrize("perturbation", [0.0, 0.6])
def test_beyond_its_end_a_clip_is_silent_and_before_it_is_not(perturbation):
    made = draw(narrow(), clips(), perturbation=perturbation)
    for wave, length in zip(made["audio"], made["audio_length"], strict=True):
        assert not wave[length:].any()
        assert wave[:length].abs().max() > 0
    assert made["audio"].shape[1] == made["audio_length"].max()


def test_stretched_clips_say_their_new_length_within_a_tenth():
    lengths = (8000,) * 40
    found = draw(narrow(), clips(lengths), perturbation=1.0)["audio_length"].double() / 8000
    assert found.min() >= 0.9
    assert found.max() <= 1.1
    assert found.min() < 0.95
    assert found.max() > 1.05


def test_a_clip_does_not_know_how_wide_its_batch_is_nor_its_neighbours():
    generator, batch = narrow(), clips()
    whole = draw(generator, batch)
    wider = draw(generator, clips(width=9000) | {"audio": torch.nn.functional.pad(batch["audio"], (0, 2000))})
    assert torch.equal(whole["audio"], wider["audio"])
    for row, length in enumerate(batch["audio_length"].tolist()):
        clip = {"audio": batch["audio"][row : row + 1, :length], "audio_length": torch.tensor([length])}
        alone = draw(generator, clip, rows=[row])
        end = int(whole["audio_length"][row])
        assert alone["audio_length"].tolist() == [end]
        assert torch.allclose(alone["audio"][0], whole["audio"][row, :end], atol=1e-6)


def test_segments_of_one_length_are_made_as_clips_are():
    generator, batch = narrow(), clips((4096,) * 3)
    one_by_one = draw(generator, batch, perturbation=0.0)["audio"]
    at_once = draw(generator, {"audio": batch["audio"]}, perturbation=0.0)
    assert "audio_length" not in at_once
    assert torch.allclose(at_once["audio"], one_by_one, atol=1e-5)


def test_encoded_and_network_rows_give_the_same():
    generator, batch = narrow(), clips()
    network = {**batch, "audio": batch["audio"].float() / 32_768}
    assert torch.equal(draw(generator, batch)["audio"], draw(generator, network)["audio"])


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000])
def test_even_a_fresh_vocoder_has_the_spectrum_s_outline(rate):
    generator = build_vocoder({"dim": 8, "layers": 1}, sampling_rate=rate)[0].eval()
    loud = torch.tensor([1.0, 4.0])[:, None] * torch.sin(torch.arange(rate) * (2 * torch.pi * 1000 / rate)) / 20
    with torch.no_grad():
        mels = generator.mel(loud)
        made = generator.mel(generator.render(mels))
    assert (made.mean(2).argmax(1) - mels.mean(2).argmax(1)).abs().max() <= 2
    assert (mels - made).abs().mean() < 2.5
    assert (made[1] - made[0]).mean() > 0.5 * (mels[1] - mels[0]).mean() > 0


def test_everything_else_is_handed_through():
    batch = clips() | {"text": torch.arange(12).reshape(4, 3), "text_length": torch.tensor([3, 2, 1, 3])}
    made = draw(narrow(), batch)
    assert torch.equal(made["text"], batch["text"])
    assert torch.equal(made["text_length"], batch["text_length"])


def test_an_empty_clip_stays_empty():
    made = draw(narrow(), clips((0, 500)))
    assert made["audio_length"][0] == 0
    assert not made["audio"][0].any()


def test_more_perturbation_and_more_truncation_change_more():
    generator, batch = narrow(), clips((6000,) * 12)
    spread = [
        (draw(generator, batch, perturbation=p, truncation=t)["audio_length"] - 6000).abs().double().mean()
        for p, t in ((0.0, 1.0), (0.2, 1.0), (0.2, 2.0), (1.0, 1.0))
    ]
    assert spread[0] == 0
    assert spread[0] < spread[1] < spread[2] < spread[3]


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("integer", [True, False])
def test_vocoders_keep_the_contract(mode, integer):
    batch = clips() | {"text": torch.arange(8).reshape(4, 2)}
    if not integer:
        batch["audio"] = batch["audio"].float() / 32_768
    generator = narrow()
    getattr(generator, mode)()
    check_generator(generator, batch)


def test_the_contract_holds_for_segments_too():
    check_generator(narrow(), {"audio": clips((3000,) * 4)["audio"].float() / 32_768})


def test_saved_vocoders_come_back_bit_for_bit(tmp_path):
    generator = narrow(8000)
    generator.save_pretrained(tmp_path)
    again = MelVocoderGenerator.from_pretrained(tmp_path).eval()
    assert again.config == generator.config
    assert {path.name for path in tmp_path.iterdir()} >= {"config.json", "model.safetensors"}
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".bin", ".pt", ".pkl")]
    assert torch.equal(draw(generator, clips())["audio"], draw(again, clips())["audio"])


def test_weights_depend_on_the_seed_alone():
    first, second, other = (build_vocoder(NARROW, seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(first, second, other, strict=True):
        states = [list(network.state_dict().values()) for network in (a, b, c)]
        assert all(torch.equal(x, y) for x, y in zip(states[0], states[1], strict=True))
        assert not all(torch.equal(x, y) for x, y in zip(states[0], states[2], strict=True))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dimm": 8}, "dim"),
        ({"discriminator_period": 8}, "discriminator_period"),
        ({"sampling_rate": 8000}, "Unknown key"),
        ({"dim": 1.5}, "dim"),
        ({"layers": 0}, "layers"),
        ({"n_fft": 1000, "hop_length": 300}, "hop_length"),
        ({"discriminator_periods": [1]}, "periods"),
        ({"discriminator_periods": [], "discriminator_fft_sizes": []}, "no heads"),
    ],
)
def test_wrong_values_are_refused_by_name(values, words):
    with pytest.raises(UserError, match=words):
        build_vocoder(values)


@pytest.mark.parametrize("rate", [7999, 48_000, 16_000.0, True])
def test_sampling_rates_out_of_range_are_refused(rate):
    with pytest.raises(UserError, match="sampling_rate"):
        dataclasses.replace(MelVocoderConfig(), sampling_rate=rate)


@pytest.mark.parametrize(
    ("control", "value"), [("perturbation", -0.1), ("perturbation", 1.1), ("truncation", 0), ("truncation", float("nan"))]
)
def test_controls_out_of_range_are_refused(control, value):
    with pytest.raises(UserError, match="perturbation"):
        draw(narrow(), clips(), **{control: value})


@pytest.mark.parametrize("condition", [None, {"text": torch.zeros(2, 3)}])
def test_there_must_be_clips_to_start_from(condition):
    with pytest.raises(UserError, match="clips"):
        narrow().sample(2, condition, rng=RowRandom(0, "test", rows=[0, 1]))
