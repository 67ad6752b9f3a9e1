"""Training the vocoder: segments, what each loss reads, the warm-up's end, resume, and that it learns."""

import json
import math

import pytest
import torch

from augmint.audio.vocoder import (
    SegmentRows,
    SpectralDistance,
    VocoderObjective,
    build_vocoder,
    vocoder_defaults,
)
from augmint.core.adversarial import AdversarialArguments, AdversarialCallback, AdversarialTrainer
from augmint.core.adversarial.tensors import module_tensors, optimizer_tensors
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom

NARROW = {
    "dim": 16,
    "layers": 1,
    "n_fft": 256,
    "discriminator_segment_size": 1024,
    "discriminator_period_channels": 1,
    "discriminator_resolution_channels": 2,
    "n_mels": 20,
    "discriminator_fft_sizes": [256, 512],
}


def tone_clips(count=3, samples=4000):
    time = torch.arange(samples) / 16_000
    tones = [torch.sin(2 * math.pi * (200 + 150 * clip) * time) for clip in range(count)]
    return [(9000 * tone * (1 + torch.sin(20 * time)) / 2).short() for tone in tones]


def trainer(tmp_path, steps, warmup, callbacks=(), values=None, clips=None, **arguments):
    generator, discriminator = build_vocoder(values or NARROW)
    rows = SegmentRows(clips or tone_clips(), size=discriminator.config.segment_size)
    settings = {
        **vocoder_defaults(len(rows)),
        "max_steps": steps,
        "per_device_train_batch_size": 4,
        "use_cpu": True,
        "threads": 1,
        "disable_tqdm": True,
        "output_dir": str(tmp_path),
        "save_steps": 3,
        "logging_steps": 1,
        "warmup_steps": 0,
        **arguments,
    }
    objective = VocoderObjective(generator.config, warmup_steps=warmup)
    return AdversarialTrainer(generator, discriminator, objective, AdversarialArguments(**settings), rows, callbacks=callbacks)


def everything(run):
    parts = {
        "generator": module_tensors(run.generator),
        "discriminator": module_tensors(run.discriminator),
        "ema": module_tensors(run.ema),
        "generator_optimizer": optimizer_tensors(run.phases.generator_optimizer),
        "discriminator_optimizer": optimizer_tensors(run.phases.discriminator_optimizer),
    }
    return {f"{part}.{name}": tensor.clone() for part, tensors in parts.items() for name, tensor in tensors.items()}


class Stop(AdversarialCallback):
    """Interrupts after a step."""

    def __init__(self, at):
        self.at = at

    def on_step_end(self, trainer, step):
        if step == self.at:
            raise KeyboardInterrupt


class Watch(AdversarialCallback):
    """Keeps the discriminator's weights after every step."""

    def __init__(self):
        self.weights = []

    def on_step_end(self, trainer, step):
        self.weights.append(torch.cat([p.detach().flatten().clone() for p in trainer.discriminator.parameters()]))


def test_segments_cover_every_sample_of_every_clip_and_never_cross():
    clips = [torch.full((length,), value, dtype=torch.int16) for length, value in ((10, 1), (3, 2), (17, 3), (0, 9), (8, 4))]
    rows = SegmentRows(clips, size=8)
    batch = rows.__getitems__(range(len(rows)))["audio"].mul(32_768).long()
    assert batch.shape == (len(rows), 8)
    assert all(len(set(row.tolist()) - {0}) == 1 for row in batch)
    for clip, value in ((10, 1), (3, 2), (17, 3), (8, 4)):
        starts = rows.starts[(batch == value).any(1)]
        assert int(starts.max() - starts.min()) + 8 >= clip
    assert not (batch == 9).any()
    assert torch.equal(rows[3]["audio"], rows.__getitems__([3])["audio"][0])


def test_padded_clips_are_cut_at_their_lengths():
    padded = torch.ones(2, 20, dtype=torch.int16)
    assert len(SegmentRows(padded, [8, 9], size=8)) == 3
    assert torch.equal(SegmentRows(padded, [3, 5], size=8)[0]["audio"].mul(32_768), torch.tensor([1.0] * 3 + [0.0] * 5))


def test_nothing_to_train_on_is_refused():
    with pytest.raises(UserError, match="no samples"):
        SegmentRows([torch.zeros(0, dtype=torch.int16)])


def test_the_warm_up_ends_at_its_step_and_leaves_the_discriminator_alone_until_then(tmp_path):
    watch = Watch()
    run = trainer(tmp_path, 5, 3, [watch])
    start = torch.cat([p.detach().flatten().clone() for p in run.discriminator.parameters()])
    run.train()
    assert [torch.equal(weights, start) for weights in watch.weights] == [True, True, True, False, False]
    lines = [json.loads(line) for line in (tmp_path / "train_log.jsonl").read_text().splitlines()]
    adversarial = {
        "adversarial_period",
        "adversarial_resolution",
        "feature_period",
        "feature_resolution",
        "discriminator_period",
        "discriminator_resolution",
        "real_score",
        "fake_score",
    }
    for line in lines:
        assert {"mel", "spectral", "generator_loss"} <= set(line)
        assert (adversarial <= set(line)) if line["step"] > 3 else not adversarial & set(line)


@pytest.mark.parametrize("stop", [2, 4])
def test_a_resumed_training_ends_with_the_same_weights_in_the_warm_up_and_after(tmp_path, stop):
    whole = trainer(tmp_path / "whole", 6, 3)
    whole.train()
    first = trainer(tmp_path / "parts", 6, 3, [Stop(stop)], save_steps=1)
    with pytest.raises(KeyboardInterrupt):
        first.train()
    second = trainer(tmp_path / "parts", 6, 3, save_steps=1)
    second.train(resume_from_checkpoint=True)
    one, other = everything(whole), everything(second)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_every_parameter_of_both_networks_learns_once_the_warm_up_is_over():
    generator, discriminator = build_vocoder(NARROW)
    objective = VocoderObjective(generator.config)
    rng, real = RowRandom(0, "test", rows=range(2)), {"audio": torch.randn(2, 1024, generator=torch.Generator().manual_seed(0))}
    with torch.no_grad():
        fake = objective.fakes(generator, real, rng)
    objective.discriminator_loss(discriminator, real, fake, rng).total.backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in discriminator.parameters())
    discriminator.zero_grad()
    discriminator.requires_grad_(False)
    loss = objective.generator_loss(generator, discriminator, real, rng)
    loss.total.backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in generator.parameters())
    assert all(p.grad is None for p in discriminator.parameters())


def test_the_generator_loss_is_the_weighed_sum_of_what_it_logs():
    generator, discriminator = build_vocoder(NARROW)
    objective = VocoderObjective(generator.config, mel_weight=3.0, spectral_weight=5.0, feature_weight=7.0, resolution_weight=0.5)
    real = {"audio": torch.randn(2, 1024, generator=torch.Generator().manual_seed(0))}
    loss = objective.generator_loss(generator, discriminator, real, RowRandom(0, "test", rows=range(2)))
    logs = {name: float(value) for name, value in loss.logs.items()}
    expected = (
        3 * logs["mel"]
        + 5 * logs["spectral"]
        + logs["adversarial_period"]
        + 0.5 * logs["adversarial_resolution"]
        + 7 * (logs["feature_period"] + 0.5 * logs["feature_resolution"])
    )
    assert loss.total.item() == pytest.approx(expected, rel=1e-4)


def test_the_spectral_distance_is_0_for_the_same_and_grows_with_noise():
    wave, noise = torch.randn(2, 6000, generator=torch.Generator().manual_seed(0)).chunk(2)
    distances = [float(SpectralDistance()(wave + level * noise, wave)) for level in (0.0, 0.05, 0.5)]
    assert distances[0] == 0
    assert distances[0] < distances[1] < distances[2]


def test_training_on_one_clip_brings_its_mels_back(tmp_path):
    time = torch.arange(4000) / 16_000
    phase = 2 * math.pi * (180 * time + 2 * torch.sin(12 * time))
    partials = sum(torch.sin(number * phase + number**2) / number**0.5 for number in range(1, 30))
    clip = (2500 * partials * (0.6 + 0.4 * torch.sin(25 * time))).short()
    settings = {"learning_rate": 8e-3, "save_steps": 10_000, "logging_steps": 50, "ema_half_life": 40.0}
    run = trainer(tmp_path, 100, 100, values={**NARROW, "dim": 48, "layers": 2}, clips=[clip], **settings)

    def gap(generator):
        wave, rng = clip[None].float() / 32_768, RowRandom(0, "test", rows=[0])
        with torch.no_grad():
            made = generator.sample(1, {"audio": wave}, rng=rng, perturbation=0.0)["audio"]
            return float((generator.mel(made) - generator.mel(wave)).abs().mean())

    before = gap(run.generator)
    run.train()
    assert gap(run.ema) < before / 3


@pytest.mark.parametrize("rows", [10, 5000, 200_000])
def test_defaults_are_arguments_the_trainer_takes(rows):
    defaults = vocoder_defaults(rows)
    assert defaults.items() <= AdversarialArguments.from_dict(defaults).to_dict().items()


def test_a_warm_up_left_open_is_nine_tenths_of_the_training(tmp_path):
    watch = Watch()
    run = trainer(tmp_path, 10, None, [watch])
    run.train()
    same = [torch.equal(one, other) for one, other in zip(watch.weights, watch.weights[1:])]
    assert same == [True] * 8 + [False]


@pytest.mark.parametrize(("stop", "trained"), [(3, False), (4, True)])
def test_a_training_that_ends_within_the_warm_up_says_that_the_discriminator_has_learnt_nothing(tmp_path, stop, trained):
    class End(AdversarialCallback):
        def on_step_end(self, trainer, step):
            if step == stop:
                trainer.request_stop("max_seconds is over")

    watch = Watch()
    run = trainer(tmp_path, 6, 3, [End(), watch])
    start = torch.cat([p.detach().flatten().clone() for p in run.discriminator.parameters()])
    assert run.train().global_step == stop
    assert run.objective.discriminator_trained == trained
    assert torch.equal(watch.weights[-1], start) != trained
    again = trainer(tmp_path, 6, 3, save_steps=1)
    again._begin(True)
    assert again.objective.discriminator_trained == trained, "a process that goes on knows it too"


def test_losses_that_compare_pairs_are_refused():
    config = build_vocoder(NARROW)[0].config
    with pytest.raises(UserError, match="pairs"):
        VocoderObjective(config, loss="relativistic")
    with pytest.raises(UserError, match="warmup_steps"):
        VocoderObjective(config, warmup_steps=-1)
