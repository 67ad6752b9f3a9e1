"""A policy's JSON in plain sentences, for any modality: the minting part is core's, ops are read by the usual key names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.core.report import wording


def policy_sentences(policy: Mapping[str, Any]) -> list[str]:
    """Sentences saying what a policy does.

    Args:
        policy: `Policy.to_dict()`.

    Example:
        >>> policy_sentences({"modality": "vision", "version": 1, "mint": {"share": 0.0}})
        ['Generated rows are left out of training.']
    """
    return [*_ops(policy), *_mint(policy.get("mint") or {})]


def _ops(policy: Mapping[str, Any]) -> list[str]:
    ops = policy.get("ops")
    if not isinstance(ops, list) or not ops:
        return []
    described = []
    for op in ops:
        if isinstance(op, str):
            described.append(op)
        elif isinstance(op, Mapping):
            name = str(op.get("name", op.get("op", "an op"))).replace("_", " ")
            details = []
            if isinstance(op.get("probability"), (int, float)):
                details.append(f"on {wording.percent(op['probability'], 0)} of rows")
            if isinstance(op.get("magnitude"), (int, float)):
                details.append(f"strength {wording.percent(op['magnitude'], 0)}")
            described.append(name + (f" ({', '.join(details)})" if details else ""))
    return [f"Real rows are changed anew in every epoch by {wording.series(described)}."]


def _mint(mint: Mapping[str, Any]) -> list[str]:
    share = float(mint.get("share", 0.0))
    if share <= 0:
        return ["Generated rows are left out of training."]
    sentences = [f"{wording.percent(share, 0)} of every training batch is generated."]
    agreement = float(mint.get("min_agreement", 0.0))
    if agreement > 0:
        sentences.append(f"A generated row is kept only if a model trained on your real rows gives its intended label at least "
                         f"{wording.percent(agreement, 0)} probability.")
    quantile = float(mint.get("keep_quantile", 1.0))
    if quantile < 1:
        sentences.append(f"Of those, the {wording.percent(quantile, 0)} that look most real to the discriminator are kept.")
    truncation = float(mint.get("truncation", 1.0))
    if truncation < 0.995:
        sentences.append(f"The generator's noise is scaled to {wording.number(truncation)}: closer to the typical, less varied.")
    elif truncation > 1.005:
        sentences.append(f"The generator's noise is scaled to {wording.number(truncation)}: more varied, further from the typical.")
    balance = float(mint.get("balance", 0.0))
    if balance > 0.05:
        sentences.append(f"Weak classes are minted more often (emphasis {wording.percent(balance, 0)}).")
    soft = float(mint.get("soft_labels", 0.0))
    if soft > 0.05:
        sentences.append(f"Generated rows are labelled with a mixture: {wording.percent(soft, 0)} the model's probabilities, the rest the "
                         "intended label.")
    return sentences
