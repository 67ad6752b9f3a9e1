"""Windows of one length: cutting, padding, where a sound ends, and the rows that are made of them."""

import pytest
import torch

from augmint.audio.wavegan import WaveRows, fit, sound_length, window_for
from augmint.core.errors import UserError


def test_clips_are_cut_and_padded_at_their_end_alone():
    audio = torch.arange(1, 21, dtype=torch.int16).reshape(2, 10)
    for samples in (4, 10, 16):
        fitted, length = fit(audio, torch.tensor([10, 3]), samples)
        assert fitted.shape == (2, samples)
        assert fitted.dtype == torch.int16
        assert length.tolist() == [min(10, samples), 3]
        for row in range(2):
            assert torch.equal(fitted[row, :length[row]], audio[row, :length[row]])
            assert not fitted[row, length[row]:].any()


def test_a_window_holds_nineteen_clips_of_twenty():
    assert window_for(torch.full((10,), 8192)) == 8192
    assert window_for(torch.cat([torch.full((99,), 5000), torch.tensor([30_000])])) == 8192
    assert window_for(torch.cat([torch.full((90,), 5000), torch.full((10,), 10_000)])) == 16_384
    assert window_for(torch.full((3,), 10**6)) == 131_072


def test_a_sound_ends_where_only_near_silence_follows():
    time = torch.arange(8000) / 8000
    tone = 0.5 * torch.sin(2 * torch.pi * 440 * time)
    faint = torch.where(time < 0.3, tone, 0.003 * tone)  # 50 dB down
    soft = torch.where(time < 0.3, tone, 0.03 * tone)  # 30 dB down: still heard
    paused = torch.where((time < 0.1) | ((time > 0.5) & (time < 0.6)), tone, 0.0 * tone)
    found = sound_length(torch.stack([faint, soft, paused, 0.01 * faint, torch.zeros(8000)]), 8000)
    assert found[:4].tolist() == pytest.approx([0.32 * 8000, 8000, 0.62 * 8000, 0.32 * 8000], abs=80)
    assert 1 <= int(found[4]) <= 160
    assert sound_length(tone[None, :100], 8000).tolist() == [100]


def test_rows_are_windows_in_the_range_of_networks():
    audio = torch.tensor([[32767, -32768, 100], [5, 0, 0]], dtype=torch.int16)
    rows = WaveRows(audio, torch.tensor([3, 1]), torch.tensor([1, 0]), 4)
    batch = rows.__getitems__([1, 0])
    assert batch["audio"].dtype == torch.float32
    assert batch["audio"].shape == (2, 4)
    assert batch["audio"][1].tolist() == [32767 / 32768, -1.0, 100 / 32768, 0.0]
    assert (batch["audio_length"].tolist(), batch["label"].tolist()) == ([1, 3], [0, 1])
    assert all(torch.equal(rows[1][name], batch[name][0]) for name in batch)


def test_without_classes_rows_have_no_label():
    assert set(WaveRows(torch.zeros(1, 4, dtype=torch.int16), torch.tensor([2]), None, 4)[0]) == {"audio", "audio_length"}


@pytest.mark.parametrize(("audio", "length"), [(torch.zeros(2, 4), 2), (torch.zeros(2, 4, dtype=torch.int16), 3)])
def test_rows_that_cannot_be_are_refused(audio, length):
    with pytest.raises(UserError, match="WaveRows"):
        WaveRows(audio, torch.ones(length, dtype=torch.int64), None, 4)
