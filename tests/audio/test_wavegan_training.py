"""The sound GANs under their own objective: they learn, go on where they stopped, and their defaults are arguments."""

import numpy as np
import pytest
import torch
from datasets import ClassLabel, Dataset

from augmint.audio import AudioClassification
from augmint.audio.files import write_clip
from augmint.audio.wavegan import WaveRows, build_pair, generator_names, wavegan_defaults, wavegan_objective
from augmint.audio.wavegan.augment import OPS
from augmint.core.adversarial import AdversarialArguments, AdversarialTrainer
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom, Splits, TaskSettings

SAMPLES, RATE = 1024, 8000


def tones(rows=64):
    """Two classes of tones, low and high, of varying pitch, loudness and length."""
    time = torch.arange(SAMPLES) / RATE
    audio, lengths, labels = [], [], []
    for row in range(rows):
        label, length = row % 2, 500 + 8 * (row % 37)
        hertz = (500, 2000)[label] * (1 + 0.01 * (row % 9))
        wave = (0.2 + 0.01 * (row % 11)) * torch.sin(2 * torch.pi * hertz * time + row) * (torch.arange(SAMPLES) < length)
        audio.append((wave * 32767).round().to(torch.int16))
        lengths.append(length)
        labels.append(label)
    return WaveRows(torch.stack(audio), torch.tensor(lengths), torch.tensor(labels), SAMPLES)


def trainer(name, folder, steps, objective=None, **values):
    pair = build_pair(name, {"base_channels": 8, "latent_dim": 8}, samples=SAMPLES, sampling_rate=RATE, num_classes=2)
    arguments = {**wavegan_defaults(64, name), "max_steps": steps, "per_device_train_batch_size": 16, "use_cpu": True, "threads": 1,
                 "disable_tqdm": True, "output_dir": str(folder), "save_steps": 10_000, **values}  # fmt: skip
    return AdversarialTrainer(*pair, objective or wavegan_objective(64), AdversarialArguments(**arguments), tones())


def test_a_short_training_learns_the_pitch_of_each_class(tmp_path):
    trained = trainer("istft", tmp_path, 60, learning_rate=2e-3, ema_half_life=300.0)
    trained.train()
    with torch.no_grad():
        batch = trained.ema.sample(40, {"label": torch.arange(40) % 2}, rng=RowRandom(3, "test", rows=range(40)))
    power = torch.fft.rfft(batch["audio"]).abs().square()
    centre = (power * torch.arange(power.shape[1])).sum(1) / power.sum(1) * RATE / SAMPLES
    low, high = centre[batch["label"] == 0], centre[batch["label"] == 1]
    assert low.median() + 400 < high.median()


@pytest.mark.parametrize("name", generator_names())
def test_a_training_that_was_interrupted_ends_with_equal_weights(name, tmp_path):
    whole = trainer(name, tmp_path / "whole", 4)
    whole.train()
    trainer(name, tmp_path / "part", 4, save_steps=2).train()
    resumed = trainer(name, tmp_path / "part", 4)
    resumed.train(resume_from_checkpoint=str(tmp_path / "part" / "checkpoint-2"))
    for a, b in ((whole.generator, resumed.generator), (whole.discriminator, resumed.discriminator), (whole.ema, resumed.ema)):
        assert all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


@pytest.mark.parametrize(("name", "loss"), [("istft", "hinge"), ("wavegan", "hinge"), ("wavegan", "wgan-gp")])
def test_every_pair_trains_with_its_losses(name, loss, tmp_path):
    trained = trainer(name, tmp_path, 2, wavegan_objective(64, name, loss=loss), discriminator_steps=2)
    before = [weight.clone() for weight in trained.generator.parameters()]
    trained.train()
    after = list(trained.generator.parameters())
    assert all(weight.isfinite().all() for weight in after)
    assert any(not torch.equal(x, y) for x, y in zip(before, after))


def test_a_gradient_penalty_on_spectra_is_refused():
    with pytest.raises(UserError, match="hinge"):
        wavegan_objective(64, "istft", loss="wgan-gp")


def test_only_little_data_is_augmented_beyond_its_phase_and_only_very_little_anchored():
    assert wavegan_objective(300).augment is not None
    assert [item.name for item in wavegan_objective(300).regularizers] == ["lecam"]
    assert wavegan_objective(5_000).augment is not None
    assert wavegan_objective(5_000).regularizers == ()
    assert wavegan_objective(50_000).augment.policy == ("shuffle",)


@pytest.mark.parametrize("name", generator_names())
@pytest.mark.parametrize("rows", [100, 100_000])
def test_defaults_are_arguments_the_trainer_takes(name, rows):
    defaults = wavegan_defaults(rows, name)
    assert defaults.items() <= AdversarialArguments.from_dict(defaults).to_dict().items()


def test_an_unknown_loss_or_pair_is_refused_with_the_nearest_name():
    with pytest.raises(UserError, match="wgan-gp"):
        wavegan_objective(300, loss="wgan")
    with pytest.raises(UserError, match="istft"):
        wavegan_defaults(300, "isft")


def test_a_recipe_chooses_the_loss(tmp_path):
    clip = {"bytes": write_clip(np.arange(4000, dtype=np.int16), 16_000), "path": None}
    rows = Dataset.from_dict({"audio": [clip] * 4, "label": [0, 1, 0, 1]}).cast_column("label", ClassLabel(names=["no", "yes"]))

    def task(**generator):
        return AudioClassification(Splits(rows, rows), TaskSettings(generator=generator))

    chosen, usual = task(name="wavegan", loss="wgan-gp", base_channels=4), task(name="wavegan", base_channels=4)
    assert (chosen.adversarial_networks()[2].loss.name, usual.adversarial_networks()[2].loss.name) == ("wasserstein", "hinge")
    assert (chosen.adversarial_defaults()["discriminator_steps"], usual.adversarial_defaults()["discriminator_steps"]) == (5, 1)
    for wrong in ({"loss": "wgan-gp"}, {"name": "wavegan", "loss": "wgan"}):
        with pytest.raises(UserError, match=r"generator\.loss"):
            task(**wrong).check_settings()


@pytest.mark.parametrize(("clips", "words"), [(300, tuple(OPS)), (20_000, ("shuffle",))])
def test_the_phase_is_shuffled_however_many_clips_there_are(clips, words):
    for name, loss in (("istft", "hinge"), ("wavegan", "wgan-gp")):
        assert wavegan_objective(clips, name, loss=loss).augment.policy == words
