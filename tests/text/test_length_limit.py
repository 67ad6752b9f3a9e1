"""How long what is written may be: as long as such pairs are, and not much longer."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from augmint.core.interfaces import RowRandom
from augmint.text.seq2seq import Decoding, Seq2SeqModel, write_texts
from augmint.text.seq2seq.decoding import _OwnLimit
from augmint.text.seq2seq.limit import LengthLimit
from augmint.text.seq2seq.model import INFO
from augmint.text.training.rows import TextRows
from augmint.text.translation.plan import TranslationPlan
from augmint.text.translation.training import train

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs, tiny

ENGLISH = ["the train leaves", "please put the key on the table", "he bought three books", "water is cold", "good morning"] * 8
TAMIL = [
    "ரயில் ஒன்பது மணிக்கு புறப்படுகிறது",
    "தயவுசெய்து சாவியை மேசையின் மீது வைக்கவும்",
    "அவர் மூன்று புத்தகங்களை வாங்கினார்",
    "தண்ணீர் குளிர்ச்சியாக இருக்கிறது",
    "காலை வணக்கம்",
] * 8


def trained(read: list[str], written: list[str], **changes: object) -> Seq2SeqModel:
    model = tiny(**changes)
    model.source = type(model.source)(**{**model.source.__dict__, "max_length": 256})
    plan = TranslationPlan(TextRows({"source": read, "target": written}), batch_size=8, steps=1, seed=0)
    train(model, plan, {}, pretrained=False, steps=1, seed=0)
    model.network.eval()
    return model


def test_every_translation_of_a_language_with_many_tokens_fits() -> None:
    """The tokenizer knows no Tamil, so that each letter is three bytes."""
    model = trained(ENGLISH, TAMIL)
    read, written = model.token_counts(ENGLISH), (model.encoded_labels(TAMIL) >= 0).sum(1).numpy()
    assert (written > LengthLimit()(read, 256)).any(), "as it was, references would be cut"
    assert (written <= model.limit(read, 256)).all()


def test_pairs_of_like_length_keep_the_usual_limit() -> None:
    assert trained(*pairs(200)).limit == LengthLimit()


def test_output_that_never_ends_is_ended_at_the_limit() -> None:
    model = trained(ENGLISH, TAMIL)
    model.network.generation_config.bad_words_ids = None
    end = model.tokenizer.eos_token_id
    with torch.no_grad():
        model.network.get_input_embeddings().weight[end] = 0.0  # the end is never likely
    longest = max(len(model.tokenizer(text)["input_ids"]) for text in write_texts(model, ENGLISH[:5], Decoding()))
    assert longest <= model.limit(model.token_counts(ENGLISH[:5]), 256).max() + 2
    assert model.limit(model.token_counts(ENGLISH[:5]), 256).max() < 256


def test_the_limit_is_kept_with_the_model_and_older_folders_have_the_usual_one(tmp_path: Path) -> None:
    model = trained(ENGLISH, TAMIL)
    model.save_pretrained(tmp_path)
    assert Seq2SeqModel.from_pretrained(tmp_path).limit == model.limit != LengthLimit()
    kept = json.loads((tmp_path / INFO).read_text())
    del kept["limit"]
    (tmp_path / INFO).write_text(json.dumps(kept))
    assert Seq2SeqModel.from_pretrained(tmp_path).limit == LengthLimit()


def test_few_odd_pairs_do_not_move_the_limit() -> None:
    read = np.full(2000, 20)
    written = np.full(2000, 20)
    written[:5] = 200
    assert LengthLimit.fitted(read, written) == LengthLimit()


@pytest.mark.parametrize("over", [False, True])
def test_the_end_at_the_limit_costs_what_the_model_asks_for_it(over: bool) -> None:
    scores = torch.tensor([[-1.0, -2.0, -7.0]])
    left = _OwnLimit(torch.tensor([1 if over else 5]), 2)(torch.zeros(1, 1, dtype=torch.int64), scores)
    assert left.tolist() == ([[-float("inf"), -float("inf"), -7.0]] if over else scores.tolist())


def test_draws_end_at_the_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny()
    model.limit = LengthLimit(0.0, 3)
    seen: list[torch.Tensor] = []
    monkeypatch.setattr(model, "texts", lambda ids: seen.append(ids) or [""] * len(ids))
    write_texts(model, ENGLISH[:5], Decoding(temperature=1.0), RowRandom(0, rows=range(5)))
    assert seen[0].shape[1] == 4, "the decoder's first token, and three more"
    ends = (seen[0][:, 1:] == model.tokenizer.eos_token_id).any(1)
    assert ends.all()
