"""Are two arms' translations different? sacrebleu's own test, beside the intervals that decide the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from augmint.core.evaluation.arms import ORIGINAL
from augmint.core.interfaces import OutputFigures
from augmint.text.translation.metric import bleu_metric, chrf_metric

TRANSLATIONS = "translations.txt"
"""What a fine-tuned model wrote for the test split, one text a line."""
TRIALS = 1000


def read_texts(folder: Path) -> list[str]:
    """What the model of a folder wrote."""
    return (folder / TRANSLATIONS).read_text(encoding="utf-8").split("\n")[:-1]


def paired_tests(written: Mapping[str, Sequence[str]], references: Sequence[str]) -> OutputFigures:
    """The p-value of every arm's chrF++ and BLEU against those of `original`, and sacrebleu's signatures.

    Args:
        written: arm -> what its models wrote, one model's whole test split after the other's; "original" among the arms.
        references: of one test split.

    Source: Riezler and Maxwell 2005, "On some pitfalls in automatic evaluation and significance testing for MT" (approximate
    randomization); Post 2018, "A call for clarity in reporting BLEU scores" (signatures).
    """
    from sacrebleu.significance import PairedTest

    metrics = {"chrF++": chrf_metric(), "BLEU": bleu_metric(references)}
    models = len(written[ORIGINAL]) // len(references)
    systems = [(ORIGINAL, written[ORIGINAL]), *((arm, texts) for arm, texts in written.items() if arm != ORIGINAL)]
    test = PairedTest(systems, metrics, [list(references) * models], test_type="ar", n_samples=TRIALS)
    signatures, scores = test()
    names: Any = scores.pop("System")
    arms: dict[str, dict[str, float]] = {arm: {} for arm in names}
    for name, figures in scores.items():
        results: Any = figures
        for arm, result in zip(names, results, strict=True):
            if result.p_value is not None:
                # Of equal outputs sacrebleu counts no swap as "larger", and would call them different.
                same = list(written[arm]) == list(written[ORIGINAL])
                arms[arm][f"p of {_usual(name)}"] = 1.0 if same else float(result.p_value)
    note = (
        f"p: how often a difference to {ORIGINAL} at least as large comes from outputs swapped at random "
        f"({TRIALS:,} times, all seeds together)."
    )
    return OutputFigures(arms, {_usual(name): str(signature) for name, signature in signatures.items()}, note)


def _usual(name: str) -> str:
    """sacrebleu calls chrF++ by its order of words."""
    return "chrF++" if name == "chrF2++" else name
