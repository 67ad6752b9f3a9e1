"""Texts without labels: the continuing generator, its discriminator and losses, and the perplexity that counts."""

from __future__ import annotations

import json
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.evaluation.training_defaults import TrainingDefaults
from augmint.core.interfaces import Batch, MintSettings, RowRandom, Splits, TaskSettings, get_modality
from augmint.core.interfaces.strings import to_strings
from augmint.core.testing import check_discriminator, check_generator
from augmint.text.causal import pretraining
from augmint.text.causal.likelihood import LanguageModelTrainer
from augmint.text.causal.objective import TextObjective
from augmint.text.causal.plan import LabelledTexts, LanguagePlan
from augmint.text.causal.settings import GeneratorSettings
from augmint.text.discriminators import TextDiscriminator
from augmint.text.generation.task import TextGeneration
from augmint.text.generation.training import score, train
from augmint.text.generators import ContinuationGenerator
from augmint.text.models.classifier import Classifier
from augmint.text.models.language_model import LabelLanguageModel
from augmint.text.models.source import ModelSource
from augmint.text.models.writing import continue_texts
from augmint.text.policy import TextPolicySpace
from augmint.text.seq2seq import Decoding
from augmint.text.training import folders
from augmint.text.training.rows import TextRows

sys.path.insert(0, str(Path(__file__).parent))
from labelled_texts import labelled
from labelled_texts import rows as labelled_rows
from text_classification_tiny import CLASSIFIER, LANGUAGE_MODEL


def rows(per_class: int, start: int = 0) -> TextRows:
    return TextRows({"text": labelled_rows(per_class, start).texts["text"]})


def language_model(seed: int = 0) -> LabelLanguageModel:
    return LabelLanguageModel.build(ModelSource(scratch=LANGUAGE_MODEL, max_length=32), 0, rows(60).texts["text"], seed)


def generator(seed: int = 0) -> ContinuationGenerator:
    return ContinuationGenerator(language_model(seed))


def discriminator() -> TextDiscriminator:
    source = ModelSource(scratch=CLASSIFIER, max_length=32)
    return TextDiscriminator(Classifier.build(source, ["real"], rows(60).texts["text"], 0)).eval()


def condition(texts: TextRows) -> Batch:
    return texts.batch(range(len(texts)))


def written(writer: ContinuationGenerator, texts: TextRows, at: list[int], **controls: object) -> list[str]:
    batch = writer.sample(len(at), texts.batch(at), rng=RowRandom(0, "write", rows=at), **controls)
    return to_strings(batch["text"], batch["text_length"])


def test_the_networks_keep_the_contract() -> None:
    check_generator(generator(), rows(2).batch(range(4)), differentiable=False)
    check_discriminator(discriminator(), condition(rows(3)))


def test_the_beginning_stays_and_the_ending_is_new_for_every_row_in_any_batch() -> None:
    writer, texts = generator(), rows(8)
    whole = written(writer, texts, list(range(24)), prompt=0.5)
    for at, (old, new) in enumerate(zip(texts.texts["text"], whole, strict=True)):
        assert new[: len(old) // 5] == old[: len(old) // 5], at
        assert new != old
    for part in ([7], [23, 3], list(range(4, 16))):
        assert written(writer, texts, part, prompt=0.5) == [whole[row] for row in part]


def test_no_prompt_writes_from_nothing_and_a_long_one_keeps_nearly_all() -> None:
    writer, texts = generator(), rows(4)
    free, kept = (written(writer, texts, list(range(12)), prompt=prompt) for prompt in (0.0, 0.95))
    alike = [sum(a[:20] == b[:20] for a, b in zip(texts.texts["text"], made, strict=True)) for made in (free, kept)]
    assert alike[0] == 0
    assert alike[1] > 8


@pytest.mark.parametrize(
    ("controls", "said"), [({"prompt": 1.0}, "prompt"), ({"beams": 2}, "beams"), ({"decode": "beam"}, "drawn")]
)
def test_a_control_that_cannot_be_is_named(controls: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        written(generator(), rows(1), [0, 1], **controls)
    with pytest.raises(UserError, match="no texts"):
        generator().sample(1, rng=RowRandom(0, rows=[0]))


def test_kept_networks_come_back_as_what_they_were(tmp_path: Path) -> None:
    generator().save_pretrained(tmp_path / "g")
    discriminator().save_pretrained(tmp_path / "d")
    text = get_modality("text")
    assert type(text.load_generator(tmp_path / "g")) is ContinuationGenerator
    scorer = text.load_discriminator(tmp_path / "d")
    assert torch.allclose(scorer(condition(rows(2))), discriminator()(condition(rows(2))), atol=1e-6)


def test_the_score_is_the_perplexity_of_the_tokens_and_rows_share_it_out() -> None:
    model, texts = language_model(), rows(5)
    found = score(model, texts)
    loss = 0.0
    count = 0
    for text in texts.texts["text"]:
        ids = model.tokenizer(text, add_special_tokens=False, truncation=True, max_length=32)["input_ids"]
        full = model.tokenizer(text, add_special_tokens=False)["input_ids"]
        end = [model.tokenizer.eos_token_id] if len(full) <= 32 else []
        given = torch.tensor([[*model.label_ids, *ids, *end]])
        with torch.no_grad():
            chances = model.network(input_ids=given).logits[0, :-1].log_softmax(1)
        loss -= float(chances.gather(1, given[0, 1:, None]).sum())
        count += len(ids) + len(end)
    assert found.score == pytest.approx(math.exp(loss / count), rel=1e-4)
    assert sum(found.rows or []) / len(texts) == pytest.approx(found.score)
    assert found.details["bits per character"] > 0


def test_training_lowers_perplexity() -> None:
    model, values = language_model(), {"learning_rate": 5e-3, "per_device_train_batch_size": 8}
    before = score(model, rows(10, 60)).score
    train(model, LanguagePlan(rows(10), batch_size=8, steps=20, seed=0), values, pretrained=False, steps=20, seed=0)
    assert score(model, rows(10, 60)).score < before / 1.5


def test_light_texts_count_less(tmp_path: Path) -> None:
    plan = LanguagePlan(rows(4), rows(4, 20), 0.5, mint=MintSettings(share=0.5, weight=0.25), batch_size=4, steps=3, seed=0)
    assert sorted(plan.__getitems__(range(4)).weights) == [0.25, 0.25, 1.0, 1.0]
    model = language_model()
    arguments = TrainingDefaults().arguments({}, pretrained=False, steps=1, seed=0, output_dir=str(tmp_path))
    trainer = LanguageModelTrainer(model, arguments, plan)
    texts = rows(1).texts["text"][:2]
    model.network.eval()

    def loss(*weights: float) -> float:
        with torch.no_grad():
            return float(trainer.compute_loss(model.network, trainer.collate(LabelledTexts(texts, [0, 0], list(weights)))))

    assert loss(1.0, 0.25) == pytest.approx(loss(1.0, 0.0) + loss(0.0, 1.0) / 4, rel=1e-5)


def test_both_losses_reach_their_network_and_no_label_is_needed() -> None:
    writer, critic, real = generator(), discriminator(), condition(rows(3))
    objective = TextObjective(GeneratorSettings.from_dict({"samples": 3}), generator())
    rng = RowRandom(0, "step", rows=range(9))
    fake = objective.fakes(writer, real, rng)
    assert set(fake) == {"text", "text_length"}
    loss = objective.discriminator_loss(critic, real, fake, rng)
    assert {"real_logit", "fake_logit"} <= set(loss.logs)
    objective.generator_loss(writer, critic, real, rng).total.backward()
    assert all(parameter.grad is not None for parameter in writer.network.transformer.parameters())


def test_gradients_pass_a_distributed_wrapper() -> None:
    class Wrapper(torch.nn.Module):
        def __init__(self, module: torch.nn.Module) -> None:
            super().__init__()
            self.module, self.calls = module, 0

        def forward(self, *given: object, **named: object) -> object:
            self.calls += torch.is_grad_enabled()
            return self.module(*given, **named)

    writer, critic, real = Wrapper(generator()), Wrapper(discriminator()), condition(rows(3))
    objective = TextObjective(GeneratorSettings.from_dict({"samples": 3}), generator())
    rng = RowRandom(0, "step", rows=range(9))
    with torch.no_grad():
        fake = objective.fakes(writer, real, rng)
    objective.discriminator_loss(critic, real, fake, rng)
    objective.generator_loss(writer, critic, real, rng)
    assert (critic.calls, writer.calls) == (1, 2)


def test_pretraining_leaves_networks_that_know_real_from_continued(tmp_path: Path) -> None:
    lesson = pretraining.Lesson(
        rows(80),
        rows(40, 80),
        0,
        ModelSource(scratch=LANGUAGE_MODEL, max_length=32),
        ModelSource(scratch=CLASSIFIER, max_length=32),
        GeneratorSettings.from_dict({"discriminator_steps": 60, "discriminator_learning_rate": 3e-3}),
        {"learning_rate": 5e-3, "per_device_train_batch_size": 16},
        30,
        4,
        0,
        1,
    )
    with ThreadPoolExecutor(1) as executor:
        pretraining.pretrain(tmp_path, lesson, executor)
    writer = ContinuationGenerator.from_pretrained(tmp_path / folders.GENERATOR)
    critic = TextDiscriminator.from_pretrained(tmp_path / folders.DISCRIMINATOR)
    held = rows(40, 120)
    made = written(writer, held, list(range(len(held))), decode="hot", prompt=0.1)
    right = [critic.probabilities(texts, [0] * len(texts)).mean() for texts in (held.texts["text"], made)]
    assert right[0] > right[1] + 0.1


def test_a_label_column_plays_no_part() -> None:
    data = labelled(10)
    task = TextGeneration(Splits(data, data), TaskSettings(model={"scratch": LANGUAGE_MODEL, "max_length": 32}))
    assert task.codec.labels(data) is None
    assert set(task.codec.encode(data.select(range(2)))) == {"text", "text_length"}


def test_the_search_tells_the_generator_how_to_write_and_from_how_much() -> None:
    space = TextPolicySpace("text-generation", mint=True)
    policy = space.decode(space.starts()["minted"])
    assert policy.mint.controls == {"decode": "warm", "prompt": 0.3}
    assert policy.mint.best_of == 4
    assert not space.decode(space.starts()["identity"]).mint.share


def test_bits_a_character_count_only_what_is_read() -> None:
    model = language_model()
    short, long = (score(model, TextRows({"text": [text]})) for text in ("one two three " * 4, "one two three " * 400))
    assert long.details["bits per character"] == pytest.approx(short.details["bits per character"], rel=0.5)


def test_a_section_that_changes_a_length_keeps_the_users_model() -> None:
    data = labelled(10)
    settings = TaskSettings(model={"scratch": LANGUAGE_MODEL, "max_length": 32}, generator={"max_length": 16})
    source = TextGeneration(Splits(data, data), settings).generator_source
    assert (source.scratch, source.max_length) == (LANGUAGE_MODEL, 16)


def test_a_prompt_never_ends_within_a_character() -> None:
    texts = ["Ünïcödé wörds ärë ëvërÿwhërë " * 2] * 8
    model = LabelLanguageModel.build(ModelSource(scratch={**LANGUAGE_MODEL, "vocab_size": 261}, max_length=32), 0, ["a"], 0)
    for share in (0.1, 0.2, 0.3, 0.5):
        for text in continue_texts(model, texts, [0] * 8, share, Decoding(temperature=1.0), RowRandom(0, rows=range(8))):
            assert text[0] == texts[0][0]


def test_no_texts_are_no_texts() -> None:
    model = language_model()
    assert continue_texts(model, [], [], 0.3, Decoding(temperature=1.0), RowRandom(0, rows=[])) == []
    assert model.inputs([], [])["input_ids"].shape[0] == 0


def test_a_model_without_an_end_is_named(tmp_path: Path) -> None:
    model = language_model()
    model.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "tokenizer_config.json").read_text())
    for key in ("eos_token", "bos_token"):
        config.pop(key, None)
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    for name in ("special_tokens_map.json",):
        (tmp_path / name).unlink(missing_ok=True)
    with pytest.raises(UserError, match="end of a text"):
        LabelLanguageModel.build(ModelSource(name_or_path=str(tmp_path)), 0, [], 0, "model")
