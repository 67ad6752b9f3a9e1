"""Fine-tuning of text classifiers: order, soft targets, weights, the score, heads, and what a wrong recipe is told."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from torch.nn import functional as F

from augmint.core.errors import UserError
from augmint.core.evaluation.labelled_plan import LabelledExamples, LabelledPlan, weighted_loss
from augmint.core.interfaces import MintSettings, Splits, TaskSettings
from augmint.text.classification.task import TextClassification
from augmint.text.classification.training import score, train
from augmint.text.models.classifier import Classifier, predict
from augmint.text.models.source import ModelSource
from augmint.text.policy import standard_policy
from augmint.text.training.rows import TextRows

sys.path.insert(0, str(Path(__file__).parent))
from labelled_texts import PACKAGES, labelled, rows
from text_classification_tiny import CLASSIFIER, classifier


def step(plan: LabelledPlan, number: int) -> LabelledExamples:
    return plan.__getitems__(list(range(number * plan.batch_size, (number + 1) * plan.batch_size)))


def test_every_text_is_seen_once_an_epoch_with_its_own_label_and_batches_hold_alike_lengths() -> None:
    known = rows(40)
    plan = LabelledPlan(known, classes=3, batch_size=12, steps=10, seed=0)
    seen = [step(plan, number) for number in range(10)]
    pairs = [
        (text, int(target.argmax()))
        for batch in seen
        for text, target in zip(batch.drawn.texts("text"), batch.targets, strict=True)
    ]
    assert known.labels is not None
    assert sorted(pairs) == sorted(zip(known.texts["text"], known.labels.tolist(), strict=True))
    within = np.mean([np.std([len(text) for text in batch.drawn.texts("text")]) for batch in seen])
    assert within < 0.5 * np.std([len(text) for text, _ in pairs])


def test_extra_texts_take_their_share_of_each_batch_with_their_soft_targets_and_weight() -> None:
    soft = torch.tensor([0.5, 0.3, 0.2]).repeat(30, 1)
    mint = MintSettings(share=0.5, weight=0.25)
    plan = LabelledPlan(rows(20), rows(10, 20), soft=soft, share=0.5, mint=mint, classes=3, batch_size=8, steps=4, seed=0)
    extra = set(rows(10, 20).texts["text"])
    for number in range(4):
        batch = step(plan, number)
        assert [text in extra for text in batch.drawn.texts("text")] == [False] * 4 + [True] * 4
        assert batch.weights.tolist() == [1.0] * 4 + [0.25] * 4
        assert torch.equal(batch.targets[4:], soft[:4])
        assert batch.targets[:4].max(1).values.tolist() == [1.0] * 4


def test_the_policy_is_drawn_anew_at_each_visit_and_can_leave_extra_texts_alone() -> None:
    def make_plan() -> LabelledPlan:
        policy = standard_policy("text-classification")
        return LabelledPlan(rows(4), rows(4, 20), share=0.5, policy=policy, augment_extra=False, classes=3, batch_size=12,
                                  steps=6, seed=0)

    plan = make_plan()
    seen = [text for number in range(6) for text in step(plan, number).drawn.texts("text")]
    known = set(rows(4).texts["text"]) | set(rows(4, 20).texts["text"])
    assert set(rows(4, 20).texts["text"]) <= set(seen)
    changed = [text for text in seen if text not in known]
    assert len(set(changed)) > 8
    again = make_plan()
    assert seen == [text for number in range(6) for text in step(again, number).drawn.texts("text")]


def test_the_loss_is_cross_entropy_with_soft_targets_and_light_rows_count_less() -> None:
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    targets = torch.eye(3)[[0, 2, 1, 1]]
    whole = weighted_loss(logits, targets, torch.ones(4), 0.1)
    assert whole == pytest.approx(float(F.cross_entropy(logits, torch.tensor([0, 2, 1, 1]), label_smoothing=0.1)), abs=1e-6)
    light = weighted_loss(logits, targets, torch.tensor([1.0, 0, 0, 0]), 0.0)
    assert light == pytest.approx(float(F.cross_entropy(logits[:1], targets[:1])) / 4, abs=1e-6)


def test_training_lifts_accuracy_above_chance_and_repeats_with_its_seed() -> None:
    scores = []
    for _ in range(2):
        model = classifier()
        plan = LabelledPlan(rows(100), classes=3, batch_size=16, steps=100, seed=0)
        finetune = {"learning_rate": 5e-3, "per_device_train_batch_size": 16}
        train(model, plan, finetune, pretrained=False, steps=100, seed=0)
        scores.append(score(model, rows(40, 100)))
    assert scores[0] == scores[1]
    assert scores[0].score > 45, "three classes of 40 texts each"
    assert scores[0].rows is not None
    assert np.mean(scores[0].rows) == pytest.approx(scores[0].score)
    assert 0 < scores[0].details["macro f1"] <= 100


def test_a_text_is_classified_alike_in_any_batch() -> None:
    model = classifier()
    texts = rows(20).texts["text"]
    assert torch.allclose(predict(model, texts), torch.cat([predict(model, [text]) for text in texts]), atol=1e-5)


def test_a_kept_classifier_says_the_same_and_plain_transformers_knows_its_class_names(tmp_path: Path) -> None:
    from transformers import pipeline

    model, texts = classifier(), rows(5).texts["text"]
    model.save_pretrained(tmp_path)
    logits = predict(model, texts)
    assert torch.allclose(predict(Classifier.from_pretrained(tmp_path), texts), logits, atol=1e-6)
    said = [found["label"] for found in pipeline("text-classification", str(tmp_path))(texts, truncation=True)]
    assert said == [PACKAGES[at] for at in logits.argmax(1).tolist()]


@pytest.mark.parametrize("kind", ["bert", "distilbert", "gpt2"])
def test_a_plain_pretrained_model_gets_a_new_head_from_the_seed(kind: str, tmp_path: Path) -> None:
    from transformers import AutoModel

    sizes = {
        "bert": {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16},
        "distilbert": {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 16},
        "gpt2": {"n_embd": 16, "n_layer": 1, "n_head": 2},
    }
    scratch = {"model_type": kind, "vocab_size": 400, **sizes[kind]}
    body = Classifier.build(ModelSource(scratch=scratch, max_length=32), ["a", "b"], rows(20).texts["text"], 0)
    body.tokenizer.save_pretrained(tmp_path)
    AutoModel.from_config(body.network.config).save_pretrained(tmp_path)
    source = ModelSource(name_or_path=str(tmp_path), max_length=32)
    first, again, other = (Classifier.build(source, PACKAGES, (), seed) for seed in (0, 0, 1))
    texts = rows(3).texts["text"]
    assert predict(first, texts).shape == (9, 3)
    assert torch.equal(predict(first, texts), predict(again, texts))
    assert not torch.equal(predict(first, texts), predict(other, texts))


def make(train: Dataset, columns: dict[str, str] | None = None, **settings: object) -> TextClassification:
    splits = Splits(train, train)
    return TextClassification(splits, TaskSettings(columns=columns or {}, **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(("columns", "said"), [({"label": "text"}, "not class labels"), ({"label": "lable"}, "lable"),
                                               ({"text": "body"}, "body"), ({"source": "text"}, "not a column role")])
def test_a_wrong_column_is_named_with_the_columns_there_are(columns: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        make(labelled(4), columns)


def test_texts_without_labels_are_refused() -> None:
    with pytest.raises(UserError, match="no label column"):
        make(labelled(4).remove_columns("label"))


@pytest.mark.parametrize(("section", "values", "said"), [
    ("model", {"scratch": {"hidden_size": 8}}, "no model_type"),
    ("model", {"scratch": {"model_type": "brt"}}, "no model type"),
    ("model", {"scratch": {"model_type": "bert", "hiden_size": 8}}, "hiden_size"),
    ("model", {"scratch": {"model_type": "marian"}}, "cannot classify texts"),
    ("model", {"scratch": {"model_type": "bert"}, "max_length": 600}, "512 positions"),
    ("model", {"max_length": 4}, "max_length"),
    ("model", {"name_or_path": "/nowhere/at/all"}, "cannot be loaded"),
    ("generator", {"scratch": {"model_type": "bert"}, "samples": 1}, "samples"),
    ("generator", {"name": "gan"}, "no generator"),
    ("generator", {"steps": 4}, "not known"),
    ("generator", {"scratch": {"model_type": "vit"}}, "cannot write texts"),
    ("judge", {"members": 0}, "members"),
    ("judge", {"rounds": 11}, "rounds"),
    ("judge", {"round": 1}, "Did you mean 'rounds'"),
    ("finetune", {"learning_rate": -1}, "learning_rate"),
])
def test_a_setting_that_cannot_work_is_named_before_anything_is_trained(section: str, values: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        make(labelled(4), **{section: values}).check_settings()


def test_the_defaults_of_all_settings_pass_their_checks() -> None:
    make(labelled(4)).check_settings()
    make(labelled(4), model={"scratch": CLASSIFIER, "max_length": 32}).check_settings()


def test_rows_read_from_a_data_set_are_those_trained_on() -> None:
    data = labelled(3)
    found = make(data).train_rows
    assert isinstance(found, TextRows)
    assert found.texts["text"] == list(data["text"])


def test_pseudo_labels_are_those_of_the_judge_where_it_is_sure(tmp_path: Path) -> None:
    known = labelled(40)
    data = Splits(known, labelled(10, 40), None, labelled(30, 60).remove_columns("label"))
    settings = {"model": {"scratch": CLASSIFIER, "max_length": 32}, "finetune": {"max_steps": 40, "learning_rate": 5e-3}}
    task = TextClassification(data, TaskSettings(**settings, judge={"members": 1, "rounds": 1, "min_confidence": 0.7}))
    task.check_settings()
    with ThreadPoolExecutor(1) as executor:
        task.fit_judge(tmp_path / "judge", executor)
    judge = task.load_judge(tmp_path / "judge")
    assert "pseudo-labelled rows" in judge.name
    assert (tmp_path / "judge-round-0").is_dir()
    rows = task.pseudo_labelled(judge)
    assert rows is not None
    assert rows.features == known.features
    said = judge.probabilities(task.codec.encode(rows))
    assert said.argmax(1).tolist() == rows["label"]
    assert float(said.max(1).values.min()) >= 0.35
    assert 0 < len(rows) <= 90
    trained = task.adversarial_rows(rows)
    assert len(trained) == 120 + len(rows)
