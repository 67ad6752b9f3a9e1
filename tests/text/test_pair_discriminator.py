"""The discriminator of pairs: corrupted pairs, calibration, cross-fitted members."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from augmint.core.interfaces import RowRandom
from augmint.core.interfaces.strings import to_tensors
from augmint.core.testing import check_discriminator
from augmint.text.discriminators import PairDiscriminator
from augmint.text.discriminators.calibration import calibration_error, platt
from augmint.text.discriminators.corruption import CORRUPTIONS, KINDS, corrupted
from augmint.text.discriminators.pair import PairScorer
from augmint.text.discriminators.training import train_scorer
from augmint.text.translation.pretraining import calibrate

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs, tiny


def scorer(seed: int = 0) -> PairScorer:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return PairScorer(tiny(seed)).eval()


def test_every_kind_of_corruption_changes_the_pair_as_it_says() -> None:
    sources, targets = pairs(400)
    made, kept, kinds = corrupted(sources, targets, RowRandom(0, "c", rows=range(400)))
    assert set(kinds) == set(KINDS)
    for source, target, bad, same, kind in zip(sources, targets, made, kept, kinds, strict=True):
        assert (bad, same) != (source, target)
        if kind == "number":
            assert same == target
            assert [part for part in bad.split() if not any(c.isdigit() for c in part)] == [
                part for part in source.split() if not any(c.isdigit() for c in part)]
        if kind == "truncated":
            assert (source.startswith(bad) and same == target) or (target.startswith(same) and bad == source)
        if kind == "mismatched":
            assert same == target
            assert bad in sources


def test_a_row_is_corrupted_by_its_own_stream() -> None:
    sources, targets = pairs(30)
    whole = corrupted(sources, targets, RowRandom(0, "c", rows=range(30)))
    again = corrupted(sources, targets, RowRandom(0, "c", rows=range(30)))
    assert whole == again
    assert whole != corrupted(sources, targets, RowRandom(1, "c", rows=range(30)))


def test_the_discriminator_conforms() -> None:
    batch = {}
    for role, texts in zip(("source", "target"), pairs(6), strict=True):
        batch[role], batch[f"{role}_length"] = to_tensors(texts)
    check_discriminator(PairDiscriminator([scorer(0), scorer(1)]), batch)


def test_members_are_averaged() -> None:
    sources, targets = pairs(5)
    members = [scorer(0), scorer(1)]
    both = PairDiscriminator(members).log_odds(sources, targets)
    assert torch.allclose(both, (members[0](sources, targets) + members[1](sources, targets)) / 2)


def test_it_learns_to_tell_real_pairs_from_corrupted_ones() -> None:
    sources, targets = pairs(300)
    written = [sources[(row + 7) % 300] for row in range(300)]
    member = scorer()
    train_scorer(member, sources[:200], targets[:200], written[:200], steps=90, learning_rate=3e-3, seed=0)
    judge = PairDiscriminator([member])
    real, bad = judge.probabilities(sources[200:], targets[200:]), judge.probabilities(written[200:], targets[200:])
    ahead = (real[:, None] > bad[None]).float().mean()
    assert ahead > 0.7, f"area under the curve is {ahead:.2f}"


def test_training_repeats_with_its_seed_and_leaves_the_global_generator_alone() -> None:
    sources, targets = pairs(60)
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    weights = []
    for _ in range(2):
        member = scorer()
        train_scorer(member, sources, targets, targets, steps=3, learning_rate=1e-3, seed=0)
        weights.append(member.head[1].weight.detach().clone())
    assert torch.equal(*weights)
    assert torch.equal(torch.random.get_rng_state(), before)


CHINESE = ["列车明天早上九点从北京站出发。", "请把钥匙放在桌子上。", "他昨天买了三本书。", "我们下周去上海旅行。"] * 50
ENGLISH = ["The train leaves at nine.", "Please put the key on the table.", "He bought some books.", "We travel next week."] * 50


@pytest.mark.parametrize(("sources", "targets"), [(CHINESE, ENGLISH), (ENGLISH, CHINESE)])
def test_scripts_without_spaces_are_cut_and_mixed_too(sources: list[str], targets: list[str]) -> None:
    made, kept, kinds = corrupted(sources, targets, RowRandom(0, "c", rows=range(200)))
    counts = Counter(kinds)
    assert counts["truncated"] > 30
    assert counts["words"] > 30
    for source, target, new, other, kind in zip(sources, targets, made, kept, kinds, strict=True):
        if kind == "truncated":
            assert (source.startswith(new), target.startswith(other)) == (True, True)
            assert (new, other) != (source, target)


@pytest.mark.parametrize("number", ["1" * 5000, "9" * 40, "٣٤", "7"])
def test_a_number_of_any_length_and_script_becomes_another(number: str) -> None:
    made, _ = CORRUPTIONS["number"](f"a {number} b", "x", "", 0.4, 0.7)  # type: ignore[misc]
    changed = made.split()[1]
    assert changed.isdigit()
    assert changed != number
    assert changed.isascii() == number.isascii()


def test_calibrated_odds_mean_what_they_say() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(4000) < 0.5
    logits = 3 * rng.normal(size=4000) + np.where(truth, 9.0, 3.0)
    scale, bias = platt(logits, truth)
    said = 1 / (1 + np.exp(-(scale * logits + bias)))
    assert calibration_error(said, truth) < 0.02
    assert calibration_error(1 / (1 + np.exp(-logits)), truth) > 0.2


def test_a_score_that_says_nothing_is_as_likely_as_not() -> None:
    rng = np.random.default_rng(0)
    logits, truth = rng.normal(size=200) + 40, np.arange(200) < 60
    logits[truth] -= 0.5  # what is real has the lower score
    scale, bias = platt(logits, truth)
    assert scale == 0.01
    assert abs(scale * logits + bias).max() < 0.05


def test_calibration_puts_held_out_pairs_of_both_kinds_around_zero() -> None:
    sources, targets = pairs(120)
    member = scorer()
    train_scorer(member, sources[:60], targets[:60], sources[1:61], steps=120, learning_rate=3e-3, seed=2)
    judge = PairDiscriminator([member])
    calibrate(judge, (sources[60:], targets[60:]), [sources[0]] * 60, seed=0)
    real, bad = (float(judge.probabilities(some, targets[60:]).mean()) for some in (sources[60:], [sources[0]] * 60))
    assert 0 < bad < 0.5 < real < 1


def test_several_members_are_calibrated_together_and_what_is_written_as_people_wrote_it_is_no_bad_pair() -> None:
    sources, targets = pairs(160)
    members = [scorer(seed) for seed in range(2)]
    for seed, member in enumerate(members):
        train_scorer(member, sources[:60], targets[:60], sources[1:61], steps=120, learning_rate=3e-3, seed=seed)
    judge, held = PairDiscriminator(members), (sources[60:], targets[60:])
    order = judge.eval().log_odds(*held).argsort()
    calibrate(judge, held, held[0], seed=0)
    alone = judge.log_odds(*held)
    calibrate(judge, held, sources[59:-1], seed=0)
    assert torch.equal(judge.log_odds(*held).argsort(), order), "only scale and bias change"
    assert float(alone.mean()) > 0, "real pairs, which the generator wrote too, are not taken for bad ones"
    said = torch.cat([judge.probabilities(*held), judge.probabilities(sources[59:-1], targets[60:])]).numpy()
    assert calibration_error(said, np.arange(200) < 100) < 0.15


def test_a_kept_discriminator_scores_the_same(tmp_path: Path) -> None:
    sources, targets = pairs(6)
    judge = PairDiscriminator([scorer(0), scorer(1)])
    judge.members[1].bias.fill_(0.7)
    judge.save_pretrained(tmp_path)
    loaded = PairDiscriminator.from_pretrained(tmp_path)
    assert torch.equal(loaded.log_odds(sources, targets), judge.log_odds(sources, targets))
    assert not list(tmp_path.rglob("*.bin"))
