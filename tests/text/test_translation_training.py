"""Fine-tuning of translation: order, tags, weights, the metric, monolingual text and the adversarial losses."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset

from augmint.core.errors import UserError
from augmint.core.interfaces import MintSettings, RowRandom
from augmint.core.interfaces.strings import to_tensors
from augmint.text.builtin import cldr
from augmint.text.codec import make_codec
from augmint.text.discriminators import PairDiscriminator
from augmint.text.discriminators.pair import PairScorer
from augmint.text.generators import Seq2SeqGenerator
from augmint.text.policy import standard_policy
from augmint.text.seq2seq import Decoding, write_texts
from augmint.text.training.adversarial import leave_one_out
from augmint.text.training.rows import TextRows
from augmint.text.translation.metric import bleu_metric, chrf_metric, corpus_rows
from augmint.text.translation.monolingual import monolingual_targets
from augmint.text.translation.objective import PairObjective
from augmint.text.translation.plan import TranslationPlan
from augmint.text.translation.settings import GeneratorSettings
from augmint.text.translation.training import score, train, weighted_loss

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs, tiny


def rows(count: int, start: int = 0) -> TextRows:
    sources, targets = pairs(start + count)
    return TextRows({"source": sources[start:], "target": targets[start:]})


def all_pairs(plan: TranslationPlan) -> list[tuple[str, str]]:
    return [pair for step in range(len(plan) // plan.batch_size) for pair in step_pairs(plan, step)]


def step_pairs(plan: TranslationPlan, step: int) -> list[tuple[str, str]]:
    batch = plan.__getitems__(list(range(step * plan.batch_size, (step + 1) * plan.batch_size)))
    return list(zip(batch.sources, batch.targets, strict=True))


def test_every_pair_is_seen_once_an_epoch_and_batches_hold_alike_lengths() -> None:
    plan = TranslationPlan(rows(128), batch_size=8, steps=16, seed=0)
    seen = all_pairs(plan)
    assert Counter(seen) == Counter(zip(*pairs(128), strict=True))
    within = np.mean([np.std([len(source) for source, _ in step_pairs(plan, step)]) for step in range(16)])
    assert within < 0.4 * np.std([len(source) for source, _ in seen])


def test_extra_pairs_take_their_share_of_each_batch_and_carry_tag_and_weight() -> None:
    mint = MintSettings(share=0.5, tagged=True, weight=0.25)
    plan = TranslationPlan(rows(40), rows(20, start=40), share=0.5, batch_size=8, steps=4, seed=0, mint=mint)
    for step in range(4):
        batch = plan.__getitems__(list(range(step * 8, step * 8 + 8)))
        assert batch.tagged == [False] * 4 + [True] * 4
        assert batch.weights == [1.0] * 4 + [0.25] * 4
        assert not any(target.startswith("<bt>") for target in batch.targets)


def test_pretraining_on_extra_pairs_ends_on_real_ones() -> None:
    plan = TranslationPlan(rows(40), rows(20, start=40), share=0.5, batch_size=8, steps=12, seed=0,
                           mint=MintSettings(share=0.5, schedule="pretrain"))
    real = set(pairs(40)[0])
    share = [np.mean([source not in real for source, _ in step_pairs(plan, step)]) for step in range(12)]
    assert share[8:] == [0.0] * 4
    assert np.mean(share) == pytest.approx(0.5, abs=0.02)


def test_the_policy_is_drawn_anew_at_each_visit_and_targets_stay() -> None:
    plan = TranslationPlan(rows(8), policy=standard_policy("translation"), batch_size=8, steps=12, seed=0)
    visits = all_pairs(plan)
    assert {target for _, target in visits} == set(pairs(8)[1])
    assert any(len({source for source, target in visits if target == known}) > 1 for known in pairs(8)[1])
    assert visits == all_pairs(TranslationPlan(rows(8), policy=standard_policy("translation"), batch_size=8, steps=12, seed=0))


def test_light_pairs_count_less() -> None:
    logits, labels = torch.randn(2, 3, 7, generator=torch.Generator().manual_seed(0)), torch.tensor([[1, 2, 3], [4, 5, -100]])
    whole = weighted_loss(logits, labels, torch.ones(2), 0.0)
    assert whole == pytest.approx(float(torch.nn.functional.cross_entropy(logits.transpose(1, 2), labels)), abs=1e-6)
    first = torch.nn.functional.cross_entropy(logits[:1].transpose(1, 2), labels[:1], reduction="sum") / 5
    assert weighted_loss(logits, labels, torch.tensor([1.0, 0.0]), 0.0) == pytest.approx(float(first), abs=1e-6)


def test_training_lowers_the_loss_and_repeats_with_its_seed() -> None:
    scores = []
    for _ in range(2):
        model = tiny()
        before = score(model, rows(20))
        train(model, TranslationPlan(rows(60), batch_size=16, steps=30, seed=0), {}, pretrained=False, steps=30, seed=0)
        scores.append(score(model, rows(20)))
    assert scores[0].loss is not None
    assert before.loss is not None
    assert scores[0].loss < 0.9 * before.loss
    assert scores[0] == scores[1]


@pytest.mark.parametrize("metric", [chrf_metric(), bleu_metric()])
def test_row_numbers_have_the_corpus_score_as_mean_and_vary_with_resampled_rows_as_it_does(metric: object) -> None:
    references = pairs(300)[1]
    rng = np.random.default_rng(0)
    written = [text if rng.random() < 0.6 else references[int(rng.integers(300))] for text in references]
    value, by_row = corpus_rows(metric, written, references)
    assert value == pytest.approx(metric.corpus_score(written, [references]).score)  # type: ignore[attr-defined]
    assert np.mean(by_row) == pytest.approx(value)
    resampled = []
    for _ in range(60):
        index = rng.integers(300, size=300)
        resampled.append((np.mean(np.array(by_row)[index]),
                          metric.corpus_score([written[i] for i in index], [[references[i] for i in index]]).score))  # type: ignore[attr-defined]
    by_numbers, again = np.array(resampled).T
    assert np.corrcoef(by_numbers, again)[0, 1] > 0.98
    assert by_numbers.std() == pytest.approx(again.std(), rel=0.15)


def held() -> dict[str, Dataset]:
    data = cldr("en", "de")
    return {"train": data["train"].select(range(50)), "validation": data["train"].select(range(50, 60)),
            "test": data["test"].select(range(20))}


def test_monolingual_text_lends_nothing_of_validation_or_test() -> None:
    splits = held()
    codec = make_codec(splits["train"], {"source": "de", "target": "en"})
    known = [codec.texts(splits[name], "target")[3] for name in ("train", "validation", "test")]
    long = "The quick brown fox jumps over the lazy dog while the farmer, who has seen it all before, goes on reading his paper."
    splits["test"] = Dataset.from_dict({"translation": [{"en": long, "de": "x"}]}, features=splits["test"].features)
    texts = [*known[:2], long.replace("farmer", "farmers"), "Something new.", "Something  new.", "", "Also new."]
    left, notices = monolingual_targets(Dataset.from_dict({"text": texts}), codec, splits)
    assert left["target"] == ["Something new.", "Also new."]
    assert len(notices) == 3


def test_monolingual_text_without_a_column_of_targets_is_refused() -> None:
    splits = held()
    codec = make_codec(splits["train"], {"source": "de", "target": "en"})
    with pytest.raises(UserError, match="no column of targets"):
        monolingual_targets(Dataset.from_dict({"words": ["a"]}), codec, splits)


def batch(count: int) -> dict[str, torch.Tensor]:
    made = {}
    for role, texts in zip(("source", "target"), pairs(count), strict=True):
        made[role], made[f"{role}_length"] = to_tensors(texts)
    return made


def objective(**changes: object) -> tuple[PairObjective, Seq2SeqGenerator, PairDiscriminator]:
    settings = GeneratorSettings.from_dict({"samples": 3, **changes})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        judge = PairDiscriminator([PairScorer(tiny())])
    return PairObjective(settings, Seq2SeqGenerator(tiny())), Seq2SeqGenerator(tiny()), judge


def test_the_baseline_leaves_each_sample_out_of_its_own() -> None:
    reward = torch.tensor([[1.0, 2.0, 6.0]])
    assert leave_one_out(reward)[0, 2] == pytest.approx(6 - 1.5)
    assert leave_one_out(reward).sum() == pytest.approx(0.0)


def rewarded(source: str) -> bool:
    return "e" in source[:6]


def after_training_towards(reward: float) -> float:
    """Which part of what is drawn is `rewarded` after a few steps in which that is worth so much, and all else as much less."""
    losses, generator, _ = objective(adversarial_weight=5.0, kl_weight=0.0, chrf_weight=0.0)
    generator.eval()  # dropout would draw from the global stream

    class Favourite(torch.nn.Module):
        def log_odds(self, sources: list[str], targets: list[str]) -> torch.Tensor:
            return torch.tensor([reward if rewarded(source) else -reward for source in sources])

    optimizer = torch.optim.SGD(generator.parameters(), 0.5)
    real = batch(4)
    for step in range(15):
        losses.generator_loss(generator, Favourite(), real, RowRandom(0, "g", step, rows=range(4))).total.backward()
        optimizer.step()
        optimizer.zero_grad()
    targets = [target for target in pairs(4)[1] for _ in range(50)]
    decoding = Decoding(temperature=losses.settings.temperature)
    sources = write_texts(generator.model, targets, decoding, RowRandom(3, rows=range(200)))
    return float(np.mean([rewarded(source) for source in sources]))


def test_the_policy_gradient_raises_what_is_rewarded() -> None:
    wanted, unwanted = after_training_towards(4.0), after_training_towards(-4.0)
    assert wanted > unwanted + 0.15, f"rewarded texts are {wanted:.2f} of what is written, punished ones {unwanted:.2f}"


def test_samples_are_keyed_by_their_row_whatever_the_micro_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    from augmint.text.translation import objective as room

    seen: list[list[str]] = []
    plain = room.write_texts

    def watched(*given: object) -> list[str]:
        seen.append(plain(*given))  # type: ignore[arg-type]
        return seen[-1]

    monkeypatch.setattr(room, "write_texts", watched)
    losses, generator, judge = objective()
    real = batch(4)
    for rows_of in (range(4), range(2), range(2, 4)):
        part = {name: tensor[list(rows_of)] for name, tensor in real.items()}
        losses.generator_loss(generator, judge, part, RowRandom(0, "g", rows=rows_of))
    assert seen[0] == seen[1] + seen[2]
    assert len(set(seen[0][:3])) > 1, "the samples of a row differ"


def test_the_anchor_is_zero_where_nothing_has_moved_and_grows_with_distance() -> None:
    losses, generator, judge = objective()
    real, rng = batch(4), RowRandom(0, "g", rows=range(4))
    still = losses.generator_loss(generator, judge, real, rng).logs["kl"]
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.add_(0.05)
    moved = losses.generator_loss(generator, judge, real, RowRandom(0, "g", rows=range(4))).logs["kl"]
    assert abs(float(still)) < 1e-5
    assert moved > still


def test_a_sure_discriminator_is_left_alone() -> None:
    losses, generator, judge = objective()
    real, rng = batch(6), RowRandom(0, "d", rows=range(6))
    fake = losses.fakes(generator, real, rng)
    unsure = losses.discriminator_loss(judge, real, fake, rng)

    class Sure(torch.nn.Module):
        def forward(self, rows: dict[str, torch.Tensor]) -> torch.Tensor:
            count = len(rows["source"]) // 3
            return torch.cat([torch.full((count,), 9.0), torch.full((2 * count,), -9.0)]).requires_grad_()

    sure = losses.discriminator_loss(Sure(), real, fake, rng)
    assert sure.total.item() == 0.0
    assert sure.skip
    assert not unsure.skip
    assert unsure.total.item() > 0
