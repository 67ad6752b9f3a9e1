"""The vocoder's discriminator: rows on their own, whole clips whatever their filling, heads for the objective, saving."""

import numpy as np
import pytest
import torch

from augmint.audio.vocoder import VocoderDiscriminator, build_vocoder
from augmint.core.testing import check_discriminator

NARROW = {"dim": 8, "layers": 1, "discriminator_period_channels": 1, "discriminator_resolution_channels": 2}


def narrow(**values):
    return build_vocoder({**NARROW, **{f"discriminator_{key}": value for key, value in values.items()}})[1].eval()


def noise(n, samples, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 0.1, (n, samples)).astype(np.float32))


def clips(lengths):
    length = torch.tensor(lengths)
    audio = noise(len(lengths), max(lengths))
    return {"audio": audio * (torch.arange(audio.shape[1]) < length[:, None]), "audio_length": length}


def test_segments_and_clips_keep_the_contract():
    check_discriminator(narrow(), {"audio": noise(3, 8192)})
    check_discriminator(narrow(), clips([9000, 500, 12_000]))


def test_there_is_one_logit_a_head():
    with torch.no_grad():
        assert narrow()({"audio": noise(2, 8192)}).shape == (2, 5)
        assert narrow(periods=[3], fft_sizes=[])({"audio": noise(2, 8192)}).shape == (2, 1)


@pytest.mark.parametrize("length", [100, 8191, 8192, 8193, 20_000])
def test_filling_a_clip_up_with_zeros_does_not_change_its_score(length):
    discriminator, clip = narrow(), noise(1, length)
    batch = {"audio": clip, "audio_length": torch.tensor([length])}
    filled = {"audio": torch.nn.functional.pad(clip, (0, 30_000)), "audio_length": torch.tensor([length])}
    with torch.no_grad():
        assert torch.allclose(discriminator(batch), discriminator(filled), atol=1e-5)
        assert torch.allclose(discriminator(batch), discriminator({"audio": clip}), atol=1e-5)


def test_every_part_of_a_clip_counts_and_nothing_behind_it():
    discriminator, batch = narrow(), clips([8192 * 4, 8192 * 5])
    with torch.no_grad():
        before = discriminator(batch)
        for place in (0, 8192 * 2, 8192 * 4 - 1):
            changed = {**batch, "audio": batch["audio"].clone()}
            changed["audio"][0, max(0, place - 500) : place + 500] = 0.9
            changed["audio"][0, 8192 * 4 :] = 0.0
            assert (discriminator(changed)[0] - before[0]).abs().max() > 1e-6
        beyond = {**batch, "audio": batch["audio"].clone()}
        beyond["audio"][0, 8192 * 4 :] = 0.9
        assert torch.equal(discriminator(beyond), before)


def test_a_clip_is_scored_by_the_segments_that_cover_it_and_each_once():
    discriminator, seen = narrow(clip_segments=3), []
    discriminator.heads[0].register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    batch = clips([100, 8192, 8193, 50_000])
    with torch.no_grad():
        scores = discriminator(batch)
        covering = torch.stack([batch["audio"][2, :8192], batch["audio"][2, 1:8193]])
        assert torch.allclose(scores[2], discriminator({"audio": covering}).mean(0), atol=1e-5)
    assert seen[:-1] == [8]  # 1 + 1 + 2 + 3 segments, filled up


def test_the_score_of_a_clip_is_the_same_to_the_bit_in_any_batch():
    discriminator, batch = narrow(), clips([20_000, 500, 40_000, 8192, 8193, 12_000, 16_384])
    with torch.no_grad():
        scores = discriminator(batch)
        for row in range(7):
            assert torch.equal(discriminator({name: values[row : row + 1] for name, values in batch.items()})[0], scores[row])


def test_integers_and_floats_score_the_same():
    audio = (noise(2, 8192) * 20_000).short()
    with torch.no_grad():
        assert torch.equal(narrow()({"audio": audio}), narrow()({"audio": audio.float() / 32_768}))


def test_heads_give_the_logits_behind_the_scores_and_their_features():
    discriminator, batch = narrow(), {"audio": noise(2, 8192)}
    with torch.no_grad():
        heads = discriminator(batch, heads=True)
        assert [head.family for head in heads] == ["period"] * 3 + ["resolution"] * 2
        assert torch.allclose(torch.stack([head.logits.mean(1) for head in heads], 1), discriminator(batch))
    assert all(len(head.features) == 5 and all(len(feature) == 2 for feature in head.features) for head in heads)


def test_heads_of_whole_clips_are_refused():
    with pytest.raises(ValueError, match="8192"):
        narrow()(clips([9000, 8192]), heads=True)


def test_saved_discriminators_come_back(tmp_path):
    discriminator = narrow(periods=[2, 7])
    discriminator.save_pretrained(tmp_path)
    again = VocoderDiscriminator.from_pretrained(tmp_path).eval()
    assert again.config == discriminator.config
    batch = {"audio": noise(2, 8192)}
    with torch.no_grad():
        assert torch.equal(again(batch), discriminator(batch))
