"""Recognisers learn, rows count by their weight, and what was learnt is scored."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from augmint.audio.recognition import build_recognizer, load_recognizer, score, train
from augmint.audio.recognition.training import encoded
from augmint.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parent))
from tiny_recognisers import TEXTS, Plan, batch_of, scratch, small

FINETUNE = {"per_device_train_batch_size": 4}


def weights_of(model: object) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in model.network.parameters()])  # type: ignore[attr-defined]


def test_a_ctc_model_learns_what_it_hears_and_keeps_it(tmp_path: Path) -> None:
    model = small()
    before = score(model, batch_of(TEXTS))
    train(model, Plan(TEXTS, 80), {**FINETUNE, "learning_rate": 5e-3}, pretrained=False, steps=80, seed=0)
    after = score(model, [batch_of(TEXTS[:2]), batch_of(TEXTS[2:], padding=3000)])
    assert before.score >= 90
    assert after.score < 10
    assert (after.loss or 0) < (before.loss or 0) / 5
    assert np.mean(after.rows or []) == pytest.approx(after.score)
    model.save_pretrained(tmp_path)
    assert score(load_recognizer(tmp_path), batch_of(TEXTS)).score == pytest.approx(after.score)


@pytest.mark.parametrize("kind", ["whisper", "moonshine"])
def test_a_model_that_writes_learns_too(kind: str) -> None:
    model = small(kind)
    model.network.eval()
    inputs = encoded(model, batch_of(TEXTS))
    with torch.no_grad():
        before = float(model.row_losses(inputs).mean())
    train(model, Plan(TEXTS, 25), FINETUNE, pretrained=False, steps=25, seed=0)
    model.network.eval()
    with torch.no_grad():
        assert float(model.row_losses(inputs).mean()) < 0.8 * before


def test_a_row_without_weight_teaches_nothing() -> None:
    # Norms over a batch would let rows speak to one another; this model has none.
    kind = "hubert"
    trained = {}
    for name, texts, weights in (
        ("light", TEXTS[:2], [1.0, 0.0]),
        ("other", [TEXTS[0], TEXTS[3]], [1.0, 0.0]),
        ("full", TEXTS[:2], None),
    ):
        model = build_recognizer(quiet(kind), TEXTS, seed=0)
        train(model, Plan(texts, 2, weights), {"per_device_train_batch_size": 2}, pretrained=False, steps=2, seed=0)
        trained[name] = weights_of(model)
    torch.testing.assert_close(trained["light"], trained["other"], rtol=1e-3, atol=1e-4)
    assert not torch.allclose(trained["light"], trained["full"], rtol=1e-3, atol=1e-4)


def quiet(kind: str) -> dict[str, object]:
    """Without dropout, whose draws depend on the batch's shape."""
    section = scratch(kind)
    off = ("hidden_dropout", "attention_dropout", "activation_dropout", "feat_proj_dropout", "final_dropout", "layerdrop")
    section["scratch"].update(dict.fromkeys(off, 0.0))
    return section


def test_the_same_seed_trains_alike_and_the_global_state_stays() -> None:
    found = []
    for seed in (0, 0, 1):
        model = build_recognizer({"scratch": {**scratch("wav2vec2-bert")["scratch"], "hidden_dropout": 0.3}}, TEXTS, seed=0)
        torch.manual_seed(9)
        before = torch.get_rng_state()
        train(model, Plan(TEXTS, 3), FINETUNE, pretrained=False, steps=3, seed=seed)
        assert torch.equal(before, torch.get_rng_state())
        found.append(weights_of(model))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_smoothing_of_labels_is_refused() -> None:
    with pytest.raises(UserError, match="label smoothing"):
        train(small(), Plan(TEXTS, 1), {"label_smoothing_factor": 0.1}, pretrained=True, steps=1, seed=0)
