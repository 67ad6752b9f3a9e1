"""sacrebleu's paired test says which arms differ, over all seeds, and how it counts."""

from __future__ import annotations

import sys
from pathlib import Path

from augmint.core.evaluation import build_comparison
from augmint.core.interfaces import Evaluation, FinetuneResult, Metric
from augmint.text.translation.significance import paired_tests, read_texts

sys.path.insert(0, str(Path(__file__).parent))
from labelled_texts import sentences

REFERENCES = sentences()["email"][:40]


def damaged(every: int) -> list[str]:
    return [text if row % every else " ".join(text.split()[::-1]) for row, text in enumerate(REFERENCES)]


def test_a_far_worse_arm_has_a_small_p_and_an_equal_one_a_large_one() -> None:
    written = {"policy": damaged(3) * 2, "original": damaged(4) * 2, "minted": damaged(1) * 2, "copied": damaged(4) * 2}
    found = paired_tests(written, REFERENCES)
    assert found.arms["original"] == {}
    assert found.arms["minted"]["p of BLEU"] < 0.01
    assert found.arms["copied"]["p of chrF++"] > 0.9
    assert "nw:2" in found.signatures["chrF++"]
    assert "tok:13a" in found.signatures["BLEU"]


def test_written_texts_come_back_one_a_row_with_empty_ones(tmp_path: Path) -> None:
    (tmp_path / "translations.txt").write_text("a\n\nc\n")
    assert read_texts(tmp_path) == ["a", "", "c"]


def test_figures_stand_beside_the_arms_and_change_no_verdict() -> None:
    def result(score: float) -> FinetuneResult:
        one = Evaluation(score, None, [score - 1, score + 1], {"bleu": score / 2})
        return FinetuneResult.of({"validation": one, "test": one}, 1.0)

    results = {arm: {0: result(score), 1: result(score + 1)} for arm, score in (("original", 40.0), ("standard", 41.0))}
    plain = build_comparison("translation", Metric("chrf++"), 5, results)
    tests = paired_tests({"original": damaged(4), "standard": damaged(1)}, REFERENCES)
    told = build_comparison("translation", Metric("chrf++"), 5, results, outputs=tests)
    assert plain["verdict"] == told["verdict"]
    assert plain["arms"]["original"]["details"] == {"bleu": 20.25}
    assert set(told["arms"]["standard"]["details"]) == {"bleu", "p of chrF++", "p of BLEU"}
    assert told["outputs"]["signatures"].keys() == {"chrF++", "BLEU"}
