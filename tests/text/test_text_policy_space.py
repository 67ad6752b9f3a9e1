"""The text policy space holds the baselines, decodes every point, and keeps translations true."""

import sys
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset

from augmint.core.errors import UserError
from augmint.core.interfaces import Dimension, MintSettings, Point, RowRandom, Splits, TaskSettings, get_task, keyed_generator
from augmint.text.ops import TASKS, get_op
from augmint.text.policy import TextPolicy, TextPolicySpace, standard_policy

sys.path.insert(0, str(Path(__file__).parent))
from real_texts import PLAIN, SETTING, batch_of, pairs, strings

SPACES = [TextPolicySpace(task, vocabulary, mint) for task in TASKS for vocabulary in (None, SETTING.vocabulary)
          for mint in (False, True)] + [
              TextPolicySpace(task, SETTING.vocabulary, True, lexicon=SETTING.lexicon, masked_lm=SETTING.masked_lm)
              for task in ("text-classification", "translation")]
MEANING = {"random_swap", "random_insertion", "aeda"}  # on the source alone they would say what the target does not


def random_point(space: TextPolicySpace, seed: int) -> Point:
    rng = keyed_generator(seed, "point")

    def coordinate(dimension: Dimension) -> float | int | str:
        if dimension.kind == "categorical":
            return dimension.choices[rng.integers(len(dimension.choices))]
        return float(rng.uniform(dimension.low, dimension.high))

    return {dimension.name: coordinate(dimension) for dimension in space.dimensions}


def ops_of(policy: TextPolicy) -> set[str]:
    return {name for stage in policy.stages for name in stage.ops}


@pytest.mark.parametrize("space", SPACES)
def test_the_search_starts_from_identity_and_the_standard_policy(space):
    starts = space.starts()
    assert list(starts)[:2] == ["identity", "standard"]
    nothing, standard = space.decode(starts["identity"]), space.decode(starts["standard"])
    assert nothing == TextPolicy()
    assert standard == standard_policy(space.task, space.lexicon)


@pytest.mark.parametrize("space", SPACES)
def test_starts_lie_within_the_dimensions_and_are_different_policies(space):
    for point in space.starts().values():
        assert list(point) == [dimension.name for dimension in space.dimensions]
        for dimension in space.dimensions:
            value = point[dimension.name]
            assert value in dimension.choices if dimension.choices else dimension.low <= value <= dimension.high
    fingerprints = [space.decode(point).fingerprint for point in space.starts().values()]
    assert len(set(fingerprints)) == len(fingerprints)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("seed", range(4))
def test_any_point_gives_a_policy_that_runs_and_survives_json(space, seed):
    policy = space.decode(random_point(space, seed))
    assert TextPolicy.from_dict(policy.to_dict()) == policy
    assert all(space.task in get_op(name).tasks for name in ops_of(policy))
    batch = pairs(PLAIN, PLAIN[::-1]) if space.task == "translation" else batch_of(PLAIN)
    out = policy(batch, RowRandom(0, "t", rows=range(len(PLAIN))))
    assert all(strings(out, "source" if space.task == "translation" else "text"))


@pytest.mark.parametrize("space", SPACES)
def test_the_corners_of_the_space_are_policies(space):
    for end in ("low", "high"):
        point = {d.name: d.choices[0 if end == "low" else -1] if d.choices else getattr(d, end) for d in space.dimensions}
        assert isinstance(space.decode(point), TextPolicy)


@pytest.mark.parametrize("space", [space for space in SPACES if space.task == "translation"])
def test_no_policy_for_translation_changes_what_one_side_means(space):
    point = {d.name: d.choices[-1] if d.choices else d.high for d in space.dimensions}
    policy = space.decode(point)
    assert not ops_of(policy) & MEANING
    one_sided = {name for name in ops_of(policy) if not get_op(name).both_sides}
    assert one_sided - {"masked_word"} == {"typo", "token_drop", "adjacent_swap"}, "slips on the source only"
    assert ("masked_word" in one_sided) == bool(space.masked_lm), "and what the recipe asks for"
    assert all(space.decode({**point, f"{name}_magnitude": 0.3}) for name in one_sided)
    assert max(d.high for d in space.dimensions if d.name.endswith("_magnitude")) <= 0.3


@pytest.mark.parametrize("space", [space for space in SPACES if space.task == "text-classification"])
def test_no_policy_for_classification_joins_rows_of_different_labels(space):
    point = {d.name: d.choices[-1] if d.choices else d.high for d in space.dimensions}
    assert not space.decode(point).concatenation


def test_words_are_switched_only_where_there_is_a_vocabulary_of_both_sides():
    def names(vocabulary):
        return {d.name for d in TextPolicySpace("translation", vocabulary).dimensions}

    assert "switch_out" in names(SETTING.vocabulary)
    assert "switch_out" not in names({"source": ("a",)}) | names(None)
    space = TextPolicySpace("translation", SETTING.vocabulary)
    assert space.decode(space.starts()["switch_out"]).vocabulary == SETTING.vocabulary
    assert space.decode(space.starts()["standard"]).vocabulary == {}, "a policy carries words only where it needs them"


def test_mint_settings_are_searched_only_where_there_is_a_generator():
    point = {"share": 0.5, "truncation": 0.7, "min_agreement": 0.9, "keep_quantile": 0.5, "balance": 1.0, "soft_labels": 0.25}
    assert TextPolicySpace("text-classification", mint=True).decode(point).mint == MintSettings(**point)
    assert TextPolicySpace("text-classification").decode(point).mint == MintSettings()
    assert not {d.name for d in TextPolicySpace("text-classification").dimensions} & set(point)


def test_generated_pairs_have_settings_of_their_own():
    point = {"share": 0.5, "decode": "hot", "best_of": "8", "keep_quantile": 0.5, "weight": 0.5, "tagged": "yes",
             "schedule": "pretrain"}
    assert TextPolicySpace("translation", mint=True).decode(point).mint == MintSettings(
        share=0.5, controls={"decode": "hot"}, best_of=8, keep_quantile=0.5, weight=0.5, tagged=True, schedule="pretrain")


def test_the_order_of_word_and_character_ops_is_searched():
    point = {"typo": 1.0, "token_drop": 1.0}
    orders = {order: [next(iter(stage.ops)) for stage in TextPolicySpace("translation").decode({**point, "order": order}).stages]
              for order in ("words_first", "characters_first")}
    assert orders == {"words_first": ["token_drop", "typo"], "characters_first": ["typo", "token_drop"]}


def test_wrong_arguments_say_what_is_wrong():
    with pytest.raises(UserError, match="Did you mean 'translation'"):
        TextPolicySpace("translate")
    with pytest.raises(UserError, match="Did you mean 'typo'"):
        TextPolicySpace("translation").decode({"tpyo": 1})


@pytest.mark.parametrize("task", ["translation", "text-classification", "text-generation"])
def test_names_are_left_alone_where_the_recipe_says_so(task: str) -> None:
    text = "Yesterday Anna and Boris Petrov went slowly over the bridge to Geneva again"
    rows = Dataset.from_dict({"source": [text] * 4, "target": [text] * 4} if task == "translation" else {"text": [text] * 4})
    if task == "text-classification":
        rows = rows.add_column("label", [0, 1, 0, 1]).cast_column("label", ClassLabel(names=["a", "b"]))
    for given, protected in (({}, False), ({"protect_names": True}, True)):
        made = get_task(task)(Splits(rows, rows), TaskSettings(policy=given))
        assert made.standard_policy().protect_names is protected
        space = made.policy_space()
        assert space.decode(space.starts()["standard"]).protect_names is protected
        vocabulary = getattr(space, "vocabulary", {})
        for words in vocabulary.values():
            assert ("Geneva" in words) is not protected
