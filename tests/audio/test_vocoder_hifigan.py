"""The upsampling vocoder: lengths, timing, the contract of generators, and that it learns what it is shown."""

import math
from pathlib import Path

import pytest
import torch

from augmint.audio.vocoder import MelVocoderConfig, MelVocoderGenerator, build_vocoder
from augmint.audio.vocoder.hifigan import HifiGan, upsampling
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.core.testing import check_generator


def tiny(rate: int = 8000, **values: int) -> MelVocoderGenerator:
    return build_vocoder({"dim": 16, "n_mels": 20, **values}, name="hifigan", sampling_rate=rate)[0]


@pytest.mark.parametrize(("hop", "n_fft"), [(64, 256), (128, 512), (100, 400), (125, 500)])
def test_every_hop_is_upsampled_to_the_sample(hop: int, n_fft: int) -> None:
    assert math.prod(upsampling(hop)) == hop
    generator = tiny(hop_length=hop, n_fft=n_fft).eval()
    with torch.no_grad():
        assert generator.render(torch.zeros(2, 20, 9)).shape == (2, 8 * hop)
        clips = {"audio": torch.randn(2, 4001) / 9, "audio_length": torch.tensor([4001, 777])}
        made = generator.sample(2, clips, rng=RowRandom(0, rows=[0, 1]), perturbation=0.0)
    assert made["audio_length"].tolist() == [4001, 777]
    assert made["audio"].abs().max() <= 1
    assert not made["audio"][1, 777:].any()


def test_a_frame_is_heard_where_it_stands() -> None:
    config = MelVocoderConfig(sampling_rate=8000, architecture="hifigan", dim=16, n_mels=20)
    torch.manual_seed(0)
    network = HifiGan(config).eval()
    mel = torch.full((1, 20, 41), -5.0)
    other = mel.clone()
    other[:, :, 20] += 4
    with torch.no_grad():
        change = (network(mel) - network(other))[0].square()
    centre = float((change * torch.arange(len(change))).sum() / change.sum())
    assert centre == pytest.approx(20 * config.hop_length, abs=config.hop_length)


def test_it_keeps_the_contract_and_is_saved_whole(tmp_path: Path) -> None:
    generator = tiny().eval()
    clips = {"audio": torch.randn(4, 2000) / 9, "audio_length": torch.tensor([2000, 1500, 999, 1800])}
    check_generator(generator, clips)
    generator.save_pretrained(tmp_path)
    again = MelVocoderGenerator.from_pretrained(tmp_path).eval()
    assert again.config.architecture == "hifigan"
    mel = generator.mel(clips["audio"])
    with torch.no_grad():
        assert torch.equal(generator.render(mel), again.render(mel))


def test_it_learns_the_clip_it_is_shown() -> None:
    generator = tiny()
    time = torch.arange(4096) / 8000
    clip = (0.5 * torch.sin(2 * torch.pi * 440 * time) * torch.sin(2 * torch.pi * 3 * time))[None]
    mel = generator.mel(clip)
    optimizer = torch.optim.AdamW(generator.parameters(), lr=3e-3)
    losses = []
    for _ in range(30):
        loss = (generator.mel(generator.render(mel)) - mel).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0]


def test_unknown_vocoders_and_keys_are_named() -> None:
    with pytest.raises(UserError, match="Did you mean 'vocos'"):
        build_vocoder(name="vocos2")
    with pytest.raises(UserError, match="Unknown key 'architecture'"):
        build_vocoder({"architecture": "hifigan"})
