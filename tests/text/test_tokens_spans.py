"""Protected spans are found, and tokens cut no character, no span and no whitespace apart."""

import sys
from pathlib import Path

import numpy as np
import pytest

from augmint.core.errors import UserError
from augmint.text.spans import mark_spans, protected_spans
from augmint.text.tokens import tokenize
from augmint.text.vocabulary import collect_words

sys.path.insert(0, str(Path(__file__).parent))
from real_texts import GUARDED, TEXTS, flat, span_texts


def tokens_of(text: str, protect_names: bool = False) -> list[str]:
    tokens = tokenize(flat([text]), protect_names)
    return [text[start:stop] for start, stop in zip(tokens.start, tokens.stop)]


@pytest.mark.parametrize(("text", "spans"), [
    ("about 1,250.50 or 3.141 and 1\u00a0000\u202f000 people", ["1,250.50", "3.141", "1\u00a0000\u202f000"]),
    ("30km, 5kg, 100% and $5.30, 20€, −3°C, 12:30", ["30km", "5kg", "100%", "$5.30", "20€", "−3°C", "12:30"]),
    ("see https://example.org/a?b=1&c=2. Or www.example.org!", ["https://example.org/a?b=1&c=2", "www.example.org"]),
    ("ask first.last+tag@mail.example.co.uk, now", ["first.last+tag@mail.example.co.uk"]),
    ("{x} {{ user name }} ${HOME} $path", ["{x}", "{{ user name }}", "${HOME}", "$path"]),
    ("%s and %5.2f of %(name)d", ["%s", "%5.2f", "%(name)d"]),
    ('<b>bold</b> <a href="x y">l</a> <!-- c d --> &amp; [NAME]',
     ["<b>", "</b>", '<a href="x y">', "</a>", "<!-- c d -->", "&amp;", "[NAME]"]),
    ("在2024年有10个，٣٫٥ ريال", ["2024", "10", "٣٫٥"]),
    ("plain words only, nothing else: at all!", []),
    ("x < y is not a tag", []),
])
def test_spans_are_found_where_they_are(text, spans):
    assert span_texts(text) == spans


@pytest.mark.parametrize("order", [1, -1])
def test_spans_found_in_a_batch_are_those_found_in_each_text_alone(order):
    texts = [*TEXTS, "tail a", "@handle", "b.c@d.example", "1", "2<x", "y>", "{a", "b}", "x.", "y z.w"][::order]
    together = flat(texts)
    found = mark_spans(together, tokenize(together).kind)
    assert found is not None
    for row, text in enumerate(texts):
        inside = np.zeros(len(text), dtype=bool)
        joined = inside.copy()
        for start, stop in protected_spans(text):
            inside[start:stop] = True
            joined[start + 1:stop] = True
        place = slice(together.offsets[row], together.offsets[row + 1])
        assert np.array_equal(found[0][place], inside), text
        assert np.array_equal(found[1][place], joined), text


def test_words_lie_between_whitespace_and_characters_stand_alone_in_scripts_without_spaces():
    assert tokens_of(" The  old,\tlighthouse\n") == ["The", "old,", "lighthouse"]
    assert tokens_of("我爱Python编程。") == ["我", "爱", "Python", "编", "程", "。"]
    assert tokens_of("か\u3099き") == ["か\u3099", "き"], "a voicing mark stays with its kana"
    assert tokens_of("ที่นี่") == ["ที่", "นี่"], "vowel and tone marks stay with their consonant"
    assert tokens_of("我👩‍👩‍👧爱🇩🇪🇫🇷") == ["我", "👩‍👩‍👧", "爱", "🇩🇪🇫🇷"]


def test_tokens_and_whitespace_together_are_the_text():
    texts = flat(TEXTS)
    tokens = tokenize(texts)
    covered = np.zeros(len(texts.points), dtype=np.int64)
    for start, stop in zip(tokens.start, tokens.stop):
        covered[start:stop] += 1
    whole = "".join(TEXTS)
    assert set(covered) <= {0, 1}
    assert all(whole[place].isspace() for place in np.flatnonzero(covered == 0))
    assert (np.diff(tokens.row) >= 0).all()


def test_a_token_with_a_protected_span_is_frozen_and_those_glued_to_it_are_not_free():
    tokens = tokenize(flat(["买10个 very good 30km"]))
    frozen = [tokens.frozen.tolist(), tokens.free.tolist()]
    assert frozen == [[False, True, False, False, False, True], [False, False, False, True, True, False]]


def test_whitespace_within_a_tag_does_not_cut_it():
    assert tokens_of('go <a href="x y">there</a> now') == ["go", '<a href="x y">there</a>', "now"]


def test_names_within_sentences_are_frozen_on_request():
    text = "Yesterday Anna met (Bob) there. They left."
    free = [tokenize(flat([text]), protect).free.tolist() for protect in (False, True)]
    assert all(free[0])
    assert [word for word, able in zip(text.split(), free[1]) if not able] == ["Anna", "(Bob)"]


def test_a_vocabulary_holds_frequent_words_without_punctuation_and_spans():
    words = collect_words([*GUARDED, "Gold, gold; gold!", "gold? letters"], limit=2)
    assert words == ("gold", "about")
    everything = collect_words(GUARDED, limit=1000)
    assert not any(protected_spans(word) for word in everything)
    assert not any(character in ",.!?;" for word in everything for character in word)
    with pytest.raises(UserError, match="at least 1"):
        collect_words([], limit=0)


def test_no_span_of_random_awkward_texts_is_missed_in_a_batch():
    rng = np.random.default_rng(0)
    parts = [*GUARDED[0], *"<>{}%$@#&:/_[]=+-19٣€.wws d\u00a0\u2009爱é", "://", "www.", "a.b", "%(n)d", "1,5"]
    texts = ["".join(rng.choice(parts, length)) for length in rng.integers(0, 20, 3000)]
    together = flat(texts)
    found = mark_spans(together, tokenize(together).kind)
    assert found is not None
    wanted = np.zeros(len(together.points), dtype=bool)
    for row, text in enumerate(texts):
        for start, stop in protected_spans(text):
            wanted[together.offsets[row] + start:together.offsets[row] + stop] = True
    assert np.array_equal(found[0], wanted)
