"""Figures of variety fall where texts repeat each other, in any script."""

import pytest

from augmint.text.diversity import distinct, diversity, self_bleu

VARIED = ["walk home", "sing songs", "read books", "paint walls", "climb hills"]


def test_repeated_texts_are_less_varied():
    varied, same = diversity(VARIED), diversity([VARIED[0]] * 5)
    assert varied["distinct-1"] == varied["distinct-2"] == 1
    assert same["distinct-1"] == pytest.approx(2 / 10)
    assert same["distinct-2"] == pytest.approx(1 / 5)
    assert varied["self-BLEU"] < 1 < 99 < same["self-BLEU"]


def test_scripts_without_spaces_are_counted_by_characters():
    assert distinct(["你好你好"], 1) == 0.5
    assert self_bleu(["你好吗朋友", "你好吗朋友"]) > 99


def test_figures_depend_on_how_many_texts_there_are_so_as_many_are_drawn():
    assert diversity(VARIED * 40, most=5).keys() == diversity(VARIED).keys()
    assert diversity(VARIED * 40, most=50)["distinct-1"] < diversity(VARIED * 40, most=5)["distinct-1"]
    assert diversity(["one"]) == {}
