"""Generator and discriminator of sounds: the contract, shapes, saving, classes and refusals, on narrow real networks."""

import pytest
import torch

from augmint.audio.wavegan import ConditionalWaveGenerator, WaveDiscriminator, WaveGeneratorConfig, build_pair, generator_names
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.core.testing import check_discriminator, check_generator

NARROW = {"base_channels": 4, "latent_dim": 6, "embed_dim": 4}


def narrow(name="istft", samples=1024, classes=3, rate=8000, seed=0, **values):
    pair = build_pair(name, {**NARROW, **values}, samples=samples, sampling_rate=rate, num_classes=classes, seed=seed)
    return pair[0].eval(), pair[1].eval()


def draw(generator, rows, condition=None, **controls):
    with torch.no_grad():
        return generator.sample(len(rows), condition, rng=RowRandom(0, "test", rows=rows), **controls)


@pytest.mark.parametrize("name", generator_names())
@pytest.mark.parametrize("classes", [0, 4])
def test_generators_keep_the_contract(name, classes):
    check_generator(narrow(name, classes=classes)[0], {"label": torch.tensor([0, 1, 2, 3])} if classes else None)


@pytest.mark.parametrize("name", generator_names())
@pytest.mark.parametrize("classes", [0, 4])
def test_discriminators_keep_the_contract(name, classes):
    batch = {"audio": 0.1 * torch.randn(4, 1024, generator=torch.Generator().manual_seed(0))}
    check_discriminator(narrow(name, classes=classes)[1], {**batch, "label": torch.tensor([0, 1, 2, 1])} if classes else batch)


@pytest.mark.parametrize("name", generator_names())
@pytest.mark.parametrize(("samples", "rate"), [(1024, 8000), (2048, 44_100), (8192, 8000), (16_384, 16_000), (32_768, 16_000)])
def test_clips_fill_the_window_asked_for(name, samples, rate):
    generator, discriminator = narrow(name, samples, rate=rate)
    batch = draw(generator, [0, 1], {"label": torch.tensor([0, 2])})
    assert batch["audio"].shape == (2, samples)
    assert batch["audio"].abs().max() <= 1
    assert discriminator(batch).shape == (2,)


@pytest.mark.parametrize("name", generator_names())
def test_sampled_clips_are_silent_beyond_their_end(name):
    generator, _ = narrow(name)
    batch = draw(generator, range(8), {"label": torch.arange(8) % 3})
    assert batch["audio_length"].dtype == torch.int64
    assert ((batch["audio_length"] >= 1) & (batch["audio_length"] <= 1024)).all()
    for audio, length in zip(batch["audio"], batch["audio_length"]):
        assert not audio[length:].any()
        assert audio[:length].any()


@pytest.mark.parametrize("name", generator_names())
def test_in_training_a_row_depends_on_itself_alone_too(name):
    generator, _ = narrow(name)
    generator.train()
    whole = draw(generator, [5, 6, 7, 8], {"label": torch.tensor([0, 1, 2, 1])})["audio"]
    alone = draw(generator, [7], {"label": torch.tensor([2])})["audio"]
    assert torch.allclose(whole[2:3], alone, atol=1e-4 * float(whole.abs().max()))


@pytest.mark.parametrize("name", generator_names())
def test_the_length_of_a_real_clip_does_not_become_the_generated_one_s(name):
    generator, _ = narrow(name)
    label = torch.tensor([0, 1])
    plain = draw(generator, [0, 1], {"label": label})
    told = draw(generator, [0, 1], {"label": label, "audio_length": torch.tensor([3, 4])})
    assert torch.equal(plain["audio_length"], told["audio_length"])


@pytest.mark.parametrize("name", generator_names())
def test_saved_pairs_come_back_bit_for_bit(name, tmp_path):
    generator, discriminator = narrow(name)
    generator.save_pretrained(tmp_path / "g")
    discriminator.save_pretrained(tmp_path / "d")
    again, judge = ConditionalWaveGenerator.from_pretrained(tmp_path / "g"), WaveDiscriminator.from_pretrained(tmp_path / "d")
    assert again.config == generator.config
    batch = draw(generator, [0, 1], {"label": torch.tensor([0, 2])})
    assert torch.equal(batch["audio"], draw(again.eval(), [0, 1], {"label": torch.tensor([0, 2])})["audio"])
    assert torch.equal(discriminator(batch), judge.eval()(batch))


@pytest.mark.parametrize("name", generator_names())
def test_initial_weights_depend_on_the_seed_alone_and_leave_the_global_generator(name):
    before = torch.get_rng_state()
    first, second, other = (narrow(name, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    for a, b in zip(first, second):
        assert all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))
    condition = {"label": torch.tensor([0])}
    assert not torch.equal(draw(first[0], [0], condition)["audio"], draw(other[0], [0], condition)["audio"])


@pytest.mark.parametrize("name", generator_names())
def test_the_class_and_the_noise_change_the_clip(name):
    generator, _ = narrow(name)
    clips = generator.render(torch.stack([torch.ones(6), torch.ones(6), -torch.ones(6)]), torch.tensor([0, 1, 1]))
    scale = clips.abs().max()
    assert (clips[0] - clips[1]).abs().max() > 1e-3 * scale
    assert (clips[1] - clips[2]).abs().max() > 1e-3 * scale


def test_less_truncation_is_less_diverse():
    generator, _ = narrow("wavegan")
    condition = {"label": torch.zeros(16, dtype=torch.long)}
    spread = [float(draw(generator, range(16), condition, truncation=t)["audio"].std(0).mean()) for t in (0.1, 0.5, 1.0)]
    assert spread[0] < spread[1] < spread[2]


def test_without_a_condition_classes_are_drawn_and_all_occur():
    assert set(draw(narrow()[0], range(60))["label"].tolist()) == {0, 1, 2}


def test_a_key_with_the_prefix_holds_for_the_discriminator_alone():
    generator, discriminator = narrow(discriminator_base_channels=8)
    assert (generator.config.base_channels, discriminator.config.base_channels) == (4, 8)


@pytest.mark.parametrize(("values", "words"), [
    ({"base_chanels": 8}, "base_channels"),
    ({"samples": 1024}, "Unknown key 'samples'"),
    ({"base_channels": 2}, "4 or more"),
    ({"latent_dim": 0}, "latent_dim"),
    ({"latent_dim": 1.5}, "latent_dim"),
    ({"embed_dim": True}, "embed_dim"),
])
def test_wrong_values_are_refused_by_name(values, words):
    with pytest.raises(UserError, match=words):
        build_pair("istft", values, samples=1024, sampling_rate=8000, num_classes=3)


@pytest.mark.parametrize(("values", "words"), [
    ({"samples": 1000}, "samples"),
    ({"samples": 1025}, "power of two"),
    ({"samples": 2**18}, "power of two"),
    ({"num_classes": 1}, "num_classes"),
    ({"architecture": "itsft"}, "istft"),
    ({"sampling_rate": 8000.0}, "sampling_rate"),
])
def test_impossible_configurations_are_refused(values, words):
    with pytest.raises(UserError, match=words):
        WaveGeneratorConfig(**values)


@pytest.mark.parametrize("label", [[0, 3], [-1, 0]])
def test_labels_out_of_range_are_refused(label):
    generator, discriminator = narrow()
    with pytest.raises(UserError, match="Labels run"):
        draw(generator, [0, 1], {"label": torch.tensor(label)})
    with pytest.raises(UserError, match="Labels run"):
        discriminator({"audio": torch.zeros(2, 1024), "label": torch.tensor(label)})


def test_a_missing_label_and_another_width_are_refused():
    generator, discriminator = narrow()
    with pytest.raises(UserError, match="no labels"):
        draw(generator, [0, 1], {"text": torch.zeros(2)})
    with pytest.raises(UserError, match="fit"):
        discriminator({"audio": torch.zeros(2, 1000), "label": torch.tensor([0, 1])})


@pytest.mark.parametrize("truncation", [0, -1, float("nan")])
def test_truncation_must_be_above_0(truncation):
    with pytest.raises(UserError, match="truncation"):
        draw(narrow()[0], [0], truncation=truncation)
