"""What a beam search writes for a text is always the same, so it is written once: no duplicates are made to be thrown away."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from datasets import Dataset

from augmint.core.interfaces import MintSettings, get_modality
from augmint.core.minting import MintArguments, MintParts, mint_rows
from augmint.core.minting.parts import plan_mint
from augmint.text.generators import Seq2SeqGenerator
from augmint.text.seq2seq import Seq2SeqModel

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs, tiny

COUNT = 24


@pytest.fixture(scope="module")
def model() -> Seq2SeqModel:
    return tiny()


def parts(model: Seq2SeqModel) -> MintParts:
    rows = Dataset.from_dict(dict(zip(("de", "en"), pairs(COUNT), strict=True)))
    codec = get_modality("text").make_codec(rows, {"source": "de", "target": "en"})
    return MintParts(codec, rows, Seq2SeqGenerator(model))


@pytest.mark.parametrize(
    ("controls", "best_of", "most"),
    [
        ({"decode": "beam"}, 1, COUNT),
        ({"decode": "greedy"}, 1, COUNT),
        ({"decode": "cold"}, 4, None),
        ({"decode": "beam", "temperature": 0.8}, 4, None),
    ],
)
def test_one_candidate_a_text_where_all_would_be_alike(model: Seq2SeqModel, controls, best_of: int, most: int | None) -> None:
    settings = MintSettings(share=0.5, best_of=4, keep_quantile=1.0, controls=controls)
    plan = plan_mint(MintArguments(ratio=2.0, candidates_factor=1.0), parts(model), seed=0, settings=settings)
    assert plan.settings.best_of == best_of
    wanted = plan.first_wanted()[-1]
    assert wanted == (most or 4 * 2 * COUNT)
    assert (plan.next_wanted({-1: wanted}, {-1: 1}) == {}) == (most is not None), "nothing new would come"


def test_no_text_is_written_twice(model: Seq2SeqModel) -> None:
    settings = MintSettings(share=0.5, best_of=4, keep_quantile=1.0, controls={"decode": "beam"})
    selection = mint_rows(parts(model), arguments=MintArguments(ratio=2.0), settings=settings).selection
    assert selection.made == {-1: COUNT}
    assert "duplicate" not in selection.rejected
