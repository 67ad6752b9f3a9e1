"""The label-conditioned generator, the discriminator, the judge, and the losses between them."""

from __future__ import annotations

import copy
import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom, Splits, TaskSettings, get_modality
from augmint.core.interfaces.strings import to_strings
from augmint.core.testing import check_discriminator, check_generator
from augmint.text.causal import pretraining
from augmint.text.causal.contrast import other_labels
from augmint.text.causal.likelihood import train_language_model
from augmint.text.causal.objective import TextObjective
from augmint.text.causal.settings import GeneratorSettings
from augmint.text.classification.judge import TextClassifierJudge
from augmint.text.classification.task import TextClassification
from augmint.text.discriminators import TextDiscriminator
from augmint.text.generators import LabelLMGenerator
from augmint.text.models.language_model import perplexity
from augmint.text.models.source import ModelSource

sys.path.insert(0, str(Path(__file__).parent))
from labelled_texts import labelled, rows
from text_classification_tiny import CLASSIFIER, LANGUAGE_MODEL, classifier, discriminator, generator

LABELS = torch.tensor([0, 1, 2, 1, 0])


def texts_of(batch: Batch) -> list[str]:
    return to_strings(batch["text"], batch["text_length"])


def test_the_generator_keeps_the_contract() -> None:
    check_generator(generator(), {"label": torch.tensor([0, 1, 2, 1])}, differentiable=False)
    check_generator(generator(), differentiable=False)


def test_the_discriminator_keeps_the_contract() -> None:
    check_discriminator(discriminator(), rows(3).batch(range(9)))


def test_a_row_is_written_alike_in_any_batch() -> None:
    writer, labels = generator(), torch.arange(3).repeat(10)
    whole = texts_of(writer.sample(30, {"label": labels}, rng=RowRandom(0, "write", rows=range(30))))
    for part in ([7], [29, 3], list(range(10, 22))):
        rng = RowRandom(0, "write", rows=part)
        assert texts_of(writer.sample(len(part), {"label": labels[part]}, rng=rng)) == [whole[row] for row in part]
    assert len(set(whole)) == 30


def test_labels_that_are_not_given_are_drawn_of_all_classes() -> None:
    drawn = generator().sample(60, rng=RowRandom(0, "labels", rows=range(60)))["label"]
    assert torch.bincount(drawn, minlength=3).min() > 8


def test_heat_and_truncation_change_what_is_written_and_texts_are_never_empty() -> None:
    writer = generator()

    def written(**controls: object) -> list[str]:
        return texts_of(writer.sample(5, {"label": LABELS}, rng=RowRandom(0, "c", rows=range(5)), **controls))

    assert written() == written(decode="warm")
    assert len({tuple(written(**controls)) for controls in ({}, {"decode": "hot"}, {"truncation": 0.5}, {"temperature": 2.0})}) == 4
    assert all(written())


@pytest.mark.parametrize(("controls", "said"), [({"decode": "beam"}, "drawn"), ({"decode": "hott"}, "way of writing"),
                                                ({"beams": 3}, "beams"), ({"temperature": 0.0}, "temperature")])
def test_a_control_that_cannot_be_is_named(controls: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        generator().sample(5, {"label": LABELS}, rng=RowRandom(0, rows=range(5)), **controls)
    with pytest.raises(UserError, match="labels run"):
        generator().sample(1, {"label": torch.tensor([3])}, rng=RowRandom(0, rows=[0]))


def test_kept_networks_are_told_apart_by_their_folders_and_do_the_same(tmp_path: Path) -> None:
    writer, critic, batch = generator(), discriminator(), rows(2).batch(range(6))
    writer.save_pretrained(tmp_path / "g")
    critic.save_pretrained(tmp_path / "d")
    TextClassifierJudge([classifier(), classifier(1)], "two of them").save_pretrained(tmp_path / "j")
    text = get_modality("text")
    loaded, scorer = text.load_generator(tmp_path / "g"), text.load_discriminator(tmp_path / "d")
    judge = text.load_judge(tmp_path / "j")
    assert isinstance(loaded, LabelLMGenerator)
    assert isinstance(scorer, TextDiscriminator)
    draws = [texts_of(one.sample(5, {"label": LABELS}, rng=RowRandom(0, rows=range(5)))) for one in (writer, loaded)]
    assert draws[0] == draws[1]
    assert torch.allclose(scorer(batch), critic(batch), atol=1e-6)  # where weights lie in memory may change how sums round
    said = judge.probabilities(batch)
    assert (judge.name, said.shape) == ("two of them", (6, 3))
    assert torch.allclose(said.sum(1), torch.ones(6))
    assert judge.embed(batch).shape == (6, 32)
    assert judge.embed(rows(2).batch([])).shape == (0, 32)
    assert not list(tmp_path.rglob("*.bin"))


def test_the_label_changes_what_is_likely_and_long_texts_are_cut_without_an_end() -> None:
    writer, text = generator(), rows(1).texts["text"][0]
    apart = [float(writer.log_probs([text], [label])[0].sum().detach()) for label in range(3)]
    assert len(set(apart)) == 3
    taught = writer.model.inputs(["word " * 80, "word"], [0, 1])
    end = writer.model.tokenizer.eos_token_id
    assert taught["input_ids"].shape == (2, 25)
    assert end not in taught["input_ids"][0]
    assert end in taught["labels"][1]
    assert taught["labels"][:, 0].tolist() == [-100, -100]


def objective(**changes: object) -> TextObjective:
    return TextObjective(GeneratorSettings.from_dict({"samples": 3, **changes}), generator())


def test_another_label_is_never_the_own_one_and_all_others_come() -> None:
    drawn = other_labels([0] * 40 + [2] * 40, 3, RowRandom(0, rows=range(80)))
    assert set(drawn[:40]) == {1, 2}
    assert set(drawn[40:]) == {0, 1}


def test_the_policy_gradient_raises_what_is_rewarded() -> None:
    losses, writer = objective(adversarial_weight=5.0, kl_weight=0.0), generator()

    class Favourite(torch.nn.Module):
        def log_odds(self, texts: list[str], labels: list[int]) -> torch.Tensor:
            return torch.tensor([4.0 if len(text) > 60 else -4.0 for text in texts])

    def length(one: LabelLMGenerator) -> float:
        made = one.sample(30, {"label": torch.arange(3).repeat(10)}, rng=RowRandom(3, rows=range(30)), temperature=1.0)
        return float(made["text_length"].float().mean())

    before, real = length(writer), rows(2).batch(range(6))
    optimizer = torch.optim.Adam(writer.parameters(), 3e-3)
    torch.manual_seed(0)  # dropout
    for step in range(40):
        losses.generator_loss(writer, Favourite(), real, RowRandom(0, "g", step, rows=range(6))).total.backward()
        optimizer.step()
        optimizer.zero_grad()
    plain = copy.deepcopy(losses.reference).requires_grad_(True)
    optimizer = torch.optim.Adam(plain.parameters(), 3e-3)
    likelihood = objective(adversarial_weight=0.0, kl_weight=0.0)
    torch.manual_seed(0)
    for step in range(40):
        likelihood.generator_loss(plain, Favourite(), real, RowRandom(0, "g", step, rows=range(6))).total.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert length(writer) > length(plain), f"they began at {before}"


def test_the_anchor_is_zero_where_nothing_has_moved_and_grows_with_distance() -> None:
    losses, writer, critic, real = objective(), generator(), discriminator(), rows(2).batch(range(6))
    still = losses.generator_loss(writer, critic, real, RowRandom(0, "g", rows=range(6))).logs["kl"]
    with torch.no_grad():
        for parameter in writer.parameters():
            parameter.add_(0.05)
    moved = losses.generator_loss(writer, critic, real, RowRandom(0, "g", rows=range(6))).logs["kl"]
    assert abs(float(still)) < 1e-5
    assert moved > still


def test_a_sure_discriminator_is_left_alone() -> None:
    losses, real, rng = objective(), rows(2).batch(range(6)), RowRandom(0, "d", rows=range(6))
    fake = losses.fakes(generator(), real, rng)

    class Sure(torch.nn.Module):
        def forward(self, batch: Batch) -> torch.Tensor:
            return torch.cat([torch.full((6,), 9.0), torch.full((12,), -9.0)]).requires_grad_()

    assert losses.discriminator_loss(Sure(), real, fake, rng).total.item() == 0.0
    assert losses.discriminator_loss(discriminator(), real, fake, rng).total.item() > 0


def lesson(**changes: object) -> pretraining.Lesson:
    settings = GeneratorSettings.from_dict({"discriminator_steps": 40, "discriminator_learning_rate": 3e-3, **changes})
    finetune = {"per_device_train_batch_size": 16, "learning_rate": 5e-3}
    source, critic = ModelSource(scratch=LANGUAGE_MODEL, max_length=24), ModelSource(scratch=CLASSIFIER, max_length=24)
    return pretraining.Lesson(rows(60), rows(20, 60), 3, source, critic, settings, finetune, 60, 4, 0, 1)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start")
    with ThreadPoolExecutor(1) as executor:
        pretraining.pretrain(folder, lesson(), executor)
    return folder


def test_likelihood_training_lowers_the_perplexity_of_held_out_texts(start: Path) -> None:
    held = rows(20, 60)
    assert held.labels is not None
    texts, labels = held.texts["text"], held.labels.tolist()
    taught = LabelLMGenerator.from_pretrained(start / "generator").model
    assert perplexity(taught, texts, labels) < 0.7 * perplexity(generator().model, texts, labels)
    assert pretraining.continued_perplexity(start) > 1


def test_the_taught_discriminator_tells_real_texts_from_generated_ones_and_its_odds_are_calibrated(start: Path) -> None:
    critic, held = TextDiscriminator.from_pretrained(start / "discriminator"), rows(30, 80)
    assert held.labels is not None
    writer = LabelLMGenerator.from_pretrained(start / "generator")
    made = writer.sample(90, {"label": held.labels}, rng=RowRandom(9, rows=range(90)), temperature=1.0)
    real = critic.probabilities(held.texts["text"], held.labels.tolist())
    fake = critic.probabilities(texts_of(made), held.labels.tolist())
    ahead = (real[:, None] > fake[None]).float().mean()
    assert ahead > 0.6, f"area under the curve is {ahead:.2f}"
    assert 0.2 < float(real.mean()) < 0.95


def test_of_a_long_likelihood_training_the_weights_that_suit_held_out_texts_best_are_kept() -> None:
    few, held = rows(8), rows(20, 60)
    assert held.labels is not None
    found = []
    for kept in (None, held):
        model = generator().model
        finetune = {"per_device_train_batch_size": 8, "learning_rate": 1e-2}
        train_language_model(model, few, finetune, pretrained=False, steps=150, seed=0, held=kept)
        found.append(perplexity(model, held.texts["text"], held.labels.tolist()))
    assert found[1] < 0.9 * found[0]


def test_pretraining_takes_up_what_is_there(start: Path, tmp_path: Path) -> None:
    shutil.copytree(start / "generator", tmp_path / "generator")
    with ThreadPoolExecutor(1) as executor:
        pretraining.pretrain(tmp_path, lesson(), executor)
    assert (tmp_path / "scores.json").read_text() == (start / "scores.json").read_text()
    for name in ("continued", "discriminator"):
        mine, theirs = (load_file(folder / name / "model.safetensors") for folder in (tmp_path, start))
        assert all(torch.equal(mine[key], theirs[key]) for key in theirs)


def test_the_judge_takes_the_policy_that_validates_better_and_averages_its_members(tmp_path: Path) -> None:
    settings = TaskSettings(
        model={"scratch": CLASSIFIER, "max_length": 32},
        finetune={"per_device_train_batch_size": 16, "learning_rate": 5e-3, "max_steps": 30},
        judge={"members": 2},
    )
    with ThreadPoolExecutor(1) as executor:
        TextClassification(Splits(labelled(60), labelled(20, 60)), settings).fit_judge(tmp_path / "judge", executor)
    judge = TextClassifierJudge.from_pretrained(tmp_path / "judge")
    assert json.loads((tmp_path / "judge" / "judge.json").read_text())["members"] == 2
    assert judge.name.startswith("2 x modernbert trained on the training split under ")
    batch = rows(2).batch(range(6))
    apart = [TextClassifierJudge([member], "").probabilities(batch) for member in judge.members]
    assert not torch.equal(*apart)
    assert torch.allclose(judge.probabilities(batch), torch.stack(apart).mean(0))
    assert not (tmp_path / "judge.tmp").exists()
