"""Which unlabelled rows are sure enough to be trained on."""

import torch

from augmint.core.evaluation.pseudo_labels import confident


def test_a_class_that_is_never_predicted_with_confidence_is_not_left_out() -> None:
    probabilities = torch.tensor([[0.95, 0.05, 0.0]] * 6 + [[0.1, 0.9, 0.0]] * 3 + [[0.3, 0.1, 0.6]] * 2)
    at, labels = confident(probabilities, 0.8)
    assert at.tolist() == list(range(11))
    assert labels.tolist() == [0] * 6 + [1] * 3 + [2] * 2


def test_rows_below_half_the_threshold_are_never_labelled() -> None:
    probabilities = torch.tensor([[0.95, 0.05, 0.0], [0.3, 0.34, 0.36]])
    assert confident(probabilities, 0.8)[0].tolist() == [0]


def test_a_judge_that_is_sure_of_nothing_labels_nothing() -> None:
    assert confident(torch.full((50, 3), 1 / 3) + torch.tensor([0.09, 0.0, -0.09]), 0.8)[0].tolist() == []


def test_the_class_predicted_best_keeps_the_full_threshold() -> None:
    probabilities = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.7, 0.3]])
    assert confident(probabilities, 0.8)[0].tolist() == [0, 1]
