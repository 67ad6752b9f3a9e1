"""The report says so where models have learnt nothing, for then a comparison of them tells nothing."""

import pytest

from augmint.core.interfaces import Metric
from augmint.core.pipeline.stages.notes import nothing_learnt, noticed

WER = Metric("wer", greater_is_better=False, unit="%", low=0.0, written="WER", nothing=100.0)
ACCURACY = Metric("accuracy", unit="%", low=0.0, high=100.0)


def arms(*intervals):
    return {str(at): {"ci95": interval} for at, interval in enumerate(intervals)}


@pytest.mark.parametrize(("metric", "intervals", "counts", "said"), [
    (WER, [[100.0, 100.0], [96.0, 103.4]], {}, "100.00 % WER"),
    (WER, [[100.0, 100.0], [93.0, 99.4]], {}, None),
    (ACCURACY, [[20.0, 45.0], [39.0, 61.0]], {"cat": 3, "dog": 2}, "60.00 % accuracy"),
    (ACCURACY, [[20.0, 45.0], [60.5, 61.0]], {"cat": 3, "dog": 2}, None),
    (Metric("perplexity", greater_is_better=False), [[900.0, 1000.0]], {}, None),
    (WER, [None], {}, None),
])  # fmt: skip
def test_arms_no_better_than_a_model_that_has_learnt_nothing_are_told(metric, intervals, counts, said):
    notes = nothing_learnt(metric, arms(*intervals), counts)
    assert len(notes) == (said is not None)
    assert said is None or said in notes[0]


@pytest.mark.parametrize("trained", [True, False])
def test_a_discriminator_whose_turn_never_came_is_told(trained):
    adversarial = {"rollbacks": [], "stopped": "max_seconds (5) is over", "discriminator_trained": trained}
    search = {"stopped_because": "trials", "best_policy": {"mint": {"share": 0.5}}}
    notes = noticed({"notices": [], "skipped": {}}, search, adversarial, {"rows": {"minted": 3}})
    assert any("keep_quantile has no effect" in note for note in notes) != trained
