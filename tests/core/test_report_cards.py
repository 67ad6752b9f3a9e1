"""Model cards: a head the hub reads, and instructions that hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from augmint.core.errors import UserError
from augmint.core.report import ModelCard, model_card, write_model_card

CARD = ModelCard("generator", "vision", "image-classification", architecture="r3gan, 0.3 M parameters", dataset="digits", rows=1200,
                 quality={"frechet": 2.5}, judge="a resnet", notes=["Rolled back once."], versions={"torch": "2.13.0"}, seed=0,
                 command="augmint run x.yaml")


def head(text: str) -> dict:
    return yaml.safe_load(text.split("---")[1])


@pytest.mark.parametrize("kind", ["generator", "discriminator", "augmenter"])
def test_the_card_has_a_head_and_says_how_to_load_it(kind: str) -> None:
    text = model_card(ModelCard(kind, "vision", "image-classification"))
    assert head(text)["tags"][0] == "augmint"
    assert "data-augmentation" in head(text)["tags"]
    code = text.split("```python\n")[1].split("```")[0]
    compile(code, "card", "exec")
    assert f'{kind}("path/to/{kind}")' in code or 'from_pretrained("path/to/augmenter")' in code


def test_the_card_says_what_the_weights_were_trained_on_and_how() -> None:
    text = model_card(CARD)
    for words in ("digits, 1,200 training rows", "r3gan, 0.3 M parameters", "| frechet | 2.5 |", "Rolled back once.",
                  "torch 2.13.0", "augmint run x.yaml", "seed: 0"):
        assert words in text, words
    assert "license" not in head(text)
    assert head(model_card(ModelCard("generator", "vision", "x", license="mit")))["license"] == "mit"


def test_a_name_with_line_breaks_cannot_break_the_card() -> None:
    text = model_card(ModelCard("generator", "vision", "x", dataset="a\n---\ntags: [evil]"))
    assert "\n---\ntags" not in text.split("---\n", 2)[2]


def test_the_card_is_written_whole(tmp_path: Path) -> None:
    assert write_model_card(CARD, tmp_path / "generator") == tmp_path / "generator" / "README.md"
    assert (tmp_path / "generator" / "README.md").read_text(encoding="utf-8") == model_card(CARD)


def test_an_unknown_kind_of_card_is_refused() -> None:
    with pytest.raises(UserError, match="Kinds: generator, discriminator, augmenter"):
        ModelCard("judge", "vision", "x")
