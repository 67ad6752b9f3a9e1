"""A policy's JSON in plain sentences. The minting part is core's own; ops, stages and mixing are read by their usual keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from augmint.core.report import wording

NAMED_OPS = 6
"""A stage with more ops than this names the first few and counts the rest."""


def policy_sentences(policy: Mapping[str, Any]) -> list[str]:
    """Sentences saying what a policy does.

    Args:
        policy: `Policy.to_dict()`. Read are "stages" or "ops" (lists, or name -> settings), "mix" (name -> settings) and "mint";
            whatever else a modality keeps there stays in the JSON.

    Example:
        >>> policy_sentences({"ops": [{"name": "time_mask", "probability": 0.5}], "mint": {"share": 0.0}})
        ['50 % of rows: time mask.', 'Generated rows are left out of training.']
    """
    changes = [*_steps(policy.get("stages")), *_steps(policy.get("ops")), *_mixing(policy.get("mix"))]
    if not changes and any(key in policy for key in ("stages", "ops", "mix")):
        changes = ["Real rows are used as they are, without augmentation."]
    return [*changes, *_mint(policy.get("mint") or {})]


def _steps(steps: Any) -> list[str]:
    """One sentence for each run of equal steps."""
    if isinstance(steps, Mapping):
        steps = [{"name": name, **(value if isinstance(value, Mapping) else {"magnitude": value})} for name, value in steps.items()]
    sentences: list[str] = []
    repeats: list[int] = []
    for step in steps or []:
        sentence = _step(step if isinstance(step, Mapping) else {"name": step})
        if sentences and sentences[-1] == sentence:
            repeats[-1] += 1
        else:
            sentences.append(sentence)
            repeats.append(1)
    times = {1: "", 2: " This twice over."}
    return [sentence + times.get(count, f" This {count} times over.") for sentence, count in zip(sentences, repeats)]


def _step(step: Mapping[str, Any]) -> str:
    chance: Any = step.get("probability", 1.0)
    lead = "Every row" if not _number(chance) or chance >= 1 else f"{wording.percent(chance, 0)} of rows"
    return f"{lead}: {_which(step)}{_strength(step.get('magnitude'))}."


def _which(step: Mapping[str, Any]) -> str:
    ops = step.get("ops")
    names = [_word(name) for name in ops] if isinstance(ops, (Mapping, Sequence)) and not isinstance(ops, str) else []
    if not names:
        return _word(step.get("name", step.get("op", "an op")))
    if len(names) == 1:
        return names[0]
    shown = names if len(names) <= NAMED_OPS else [*names[:NAMED_OPS - 1], f"{len(names) - NAMED_OPS + 1} more"]
    return f"one of {len(names)} ops ({wording.series(shown)}), drawn anew for each row and epoch"


def _strength(magnitude: Any) -> str:
    if isinstance(magnitude, (list, tuple)) and len(magnitude) == 2 and all(_number(end) for end in magnitude):
        low, high = magnitude
        if low != high:
            return f", at a strength of {wording.number(100 * low, 0)} to {wording.percent(high, 0)}"
        magnitude = low
    if not _number(magnitude) or not 0 <= magnitude < 1:
        return ""
    return f", at a strength of {wording.percent(magnitude, 0)}"


def _mixing(mix: Any) -> list[str]:
    sentences = []
    for name, settings in (mix.items() if isinstance(mix, Mapping) else ()):
        chance = settings.get("probability", 1.0) if isinstance(settings, Mapping) else settings
        if _number(chance) and chance > 0:
            how = "one after the other" if name == "concatenation" else "labels in proportion"
            sentences.append(f"{_word(name)} joins {wording.percent(chance, 0)} of rows with another row of their batch, {how}.")
    return sentences


def _mint(mint: Mapping[str, Any]) -> list[str]:
    share = float(mint.get("share", 0.0))
    if share <= 0:
        return ["Generated rows are left out of training."]
    sentences = [f"{wording.percent(share, 0)} of every training batch is generated."]
    agreement, quantile = float(mint.get("min_agreement", 0.0)), float(mint.get("keep_quantile", 1.0))
    if agreement > 0:
        sentences.append("A generated row is kept only where a model trained on your real rows is at least "
                         f"{wording.percent(agreement, 0)} sure that it is what it was meant to be.")
    if int(mint.get("best_of", 1)) > 1:
        sentences.append(f"Of {mint['best_of']} candidates for one condition, the one that the discriminator likes best goes on.")
    if quantile < 1:
        sentences.append(f"Of those, the {wording.percent(quantile, 0)} that look most real to the discriminator are kept.")
    return sentences + _mint_details(mint)


def _mint_details(mint: Mapping[str, Any]) -> list[str]:
    sentences = []
    truncation = float(mint.get("truncation", 1.0))
    if abs(truncation - 1) > 0.005:
        effect = "closer to the typical, less varied" if truncation < 1 else "more varied, further from the typical"
        sentences.append(f"The generator's noise is scaled by {wording.number(truncation)}: {effect}.")
    balance, soft = float(mint.get("balance", 0.0)), float(mint.get("soft_labels", 0.0))
    if balance >= 0.005:
        sentences.append("Classes that the model finds hard are minted more often "
                         f"(by {wording.percent(balance, 0)} of the full effect).")
    if soft >= 0.005:
        sentences.append(f"The label of a generated row is {wording.percent(soft, 0)} what that model sees in it and "
                         f"{wording.percent(1 - soft, 0)} what was intended.")
    return sentences + _weighing(mint)


def _weighing(mint: Mapping[str, Any]) -> list[str]:
    sentences = []
    if controls := mint.get("controls"):
        named = wording.series([f"{_word(name)} {value}" for name, value in controls.items()])
        sentences.append(f"The generator works with {named}.")
    if float(mint.get("weight", 1.0)) < 0.995:
        sentences.append(f"A generated row counts {wording.percent(float(mint['weight']), 0)} of a real one.")
    if mint.get("schedule") == "pretrain":
        sentences.append("Generated rows take part in the first two thirds of the steps; training ends on real rows alone.")
    if mint.get("tagged"):
        sentences.append("Generated rows carry a mark that the model sees.")
    return sentences


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _word(name: Any) -> str:
    return {"mixup": "MixUp", "cutmix": "CutMix", "jpeg": "JPEG compression"}.get(str(name), str(name).replace("_", " "))
