"""Write German-English sentences and phrases as parquet files: train, validation, test, monolingual and phrases.

    python examples/translation/prepare_ding.py

Reads the Ding word list from Debian's package (`apt-get install trans-de-en`) or from any copy of its file `de-en` (`--source`).

A sentence has at least 4 words and 20 to 200 characters on both sides, begins with a capital, a digit or a quotation mark and ends
in `.`, `!` or `?`. Sentences of one dictionary line, sentences that share a side, that hold one another or that differ by one word
of at least six are a group, and a group is never torn: all of it goes to one file. `monolingual.parquet` has English alone.
With `--true-pairs` the same sentences stand in `true_pairs.parquet` with their German, for `sources.py` alone.
`phrases.parquet` is the rest of the word list, for warm-starting a model; nothing in it equals, holds or nearly is a sentence of
validation or test. `dictionary.txt` holds the same phrases, as a recipe's `generator.dictionary` wants them.

Source: Frank Richter, TU Chemnitz, https://dict.tu-chemnitz.de (GPL, version 2 or later).
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from datasets import Dataset, disable_progress_bars
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

SIZES = {"test": 2_000, "validation": 500, "train": 4_000, "monolingual": 8_000}
NOTE = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]|\([^()]*\)|<[^<>]*>|(?<!\S)/[^/|]+/(?=[\s;,.!?|]|$)")
SIGNS = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "\x92": "'", "\x96": "–"})  # the list has several apostrophes
LEFTOVERS = re.compile(r"[\[\](){}<>/|~\\=_…*×]|\.\.|::")  # choices within a text ("he/she"), gaps and unpaired brackets
PLACEHOLDERS = re.compile(r"\b(?:jdm|jdn|jds|jd|etw|sb|sth|smb|smth|bzw|ugs|[Hh]rn?|X|Y|Z)\b")
SENTENCE = re.compile(r"[\"„“”'‚«»]?[A-ZÀ-Þ\d].*[.!?][\"“”'»«]*")


class Entry(NamedTuple):
    """One entry: the line it stands in, the first German and the first English text, and all texts of either side, made plain."""

    line: int
    texts: tuple[str, str]
    choices: tuple[list[str], list[str]]


def without_notes(side: str) -> str:
    """A side without notes; one that begins within a word, as in "favo(u)r", leaves no space."""
    side, before = side.translate(SIGNS), ""
    while side != before:
        before, side = side, NOTE.sub(lambda note: "" if note.string[note.start() - 1 : note.start()].isalpha() else " ", side)
    return side


def tidy(text: str) -> str:
    return re.sub(r"\s+([,.;:!?])(?![.\w])", r"\1", " ".join(text.split())).strip(" ,")


def plain(text: str) -> str:
    """Lower case, without punctuation: what counts as the same text."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold().replace("'", "")))


def read(source: Path, dropped: Counter[str]) -> Iterator[Entry]:
    """The list's entries, but those that are no text after all."""
    for number, line in enumerate(source.read_text(encoding="utf-8").split("\n")):
        if not line or line.startswith("#"):
            continue
        sides = [without_notes(side).split("|") for side in line.split(" :: ")]
        if len(sides) != 2 or len(sides[0]) != len(sides[1]):
            dropped["lines: the sides have different numbers of entries"] += 1
            continue
        for pair in zip(*sides, strict=True):
            first = (tidy(pair[0].split(";")[0]), tidy(pair[1].split(";")[0]))
            choices = ([plain(text) for text in pair[0].split(";")], [plain(text) for text in pair[1].split(";")])
            if choices[0][0] and choices[1][0]:
                yield Entry(number, first, choices)
            else:
                dropped["entries: an empty side"] += 1


def is_sentence(entry: Entry) -> bool:
    return all(SENTENCE.fullmatch(text) and len(text.split()) >= 4 for text in entry.texts)


def fault(entry: Entry) -> str | None:
    """Why a sentence or a phrase is not taken."""
    lengths, words = [len(text) for text in entry.texts], [len(text.split()) for text in entry.texts]
    if any(LEFTOVERS.search(text) for text in entry.texts):
        return "choices, gaps or unpaired brackets"
    if not is_sentence(entry):
        return None if max(words) <= 12 and max(lengths) <= 100 else "over 12 words or 100 characters"
    if any(PLACEHOLDERS.search(text) for text in entry.texts):
        return "placeholders or abbreviations"
    if not all(20 <= length <= 200 for length in lengths):
        return "not 20 to 200 characters"
    return "one side over 2.5 times as long as the other" if max(lengths) > 2.5 * min(lengths) else None


def usable(entries: Iterable[Entry], kind: str, dropped: Counter[str]) -> Iterator[Entry]:
    """The entries without fault, neither of whose sides was there before."""
    seen: set[tuple[int, str]] = set()
    for entry in entries:
        keys = {(side, entry.choices[side][0]) for side in (0, 1)}
        if (reason := fault(entry) or ("a side was there before" if keys & seen else None)) is not None:
            dropped[f"{kind}: {reason}"] += 1
            continue
        seen |= keys
        yield entry


def parts(text: str) -> Iterator[str]:
    """The plain text, and every run of at least four of its words."""
    yield text
    words = text.split()
    yield from (" ".join(words[start:stop]) for start in range(len(words)) for stop in range(start + 4, len(words) + 1))


def gaps(text: str) -> Iterator[str]:
    """What plain texts of at least six words share that differ by one word: what is left without it."""
    words = text.split()
    for i in range(len(words) + 1 if len(words) >= 6 else 0):
        yield " ".join([*words[:i], "*", *words[i + 1 :]])  # the same for texts that differ in this word
        yield " ".join([*words[:i], "*", *words[i:]])  # the same as the line above gives for a text with a word more here


def near(entry: Entry) -> set[str]:
    """Two entries are near one another where they share one of these."""
    return {f"{side}{key}" for side in (0, 1) for text in entry.choices[side] for key in (text, *gaps(text)) if text}


def groups(sentences: list[Entry]) -> list[np.ndarray]:
    """The places of sentences that must stay together."""
    owner: dict[str, int] = {}
    edges = [(i, owner.setdefault(key, i)) for i, entry in enumerate(sentences) for key in (f"line {entry.line}", *near(entry))]
    for i, entry in enumerate(sentences):
        held = (f"{side}{part}" for side in (0, 1) for text in entry.choices[side] for part in parts(text))
        edges += [(i, owner[key]) for key in held if key in owner]
    rows, columns = np.array(edges).T
    _, labels = connected_components(coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(sentences),) * 2), directed=False)
    return np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))[:-1])


def split(sentences: list[Entry], dropped: Counter[str]) -> dict[str, list[Entry]]:
    """Whole groups in a seeded order, each into the first file that has room for it."""
    rng, together = np.random.default_rng(0), groups(sentences)
    files: dict[str, list[Entry]] = {name: [] for name in SIZES}
    for group in (together[i] for i in rng.permutation(len(together))):
        name = next((name for name, size in SIZES.items() if len(files[name]) + len(group) <= size), None)
        if name is None:
            dropped["sentences: more than the files hold"] += len(group)
        else:
            files[name].extend(sentences[i] for i in group)
    return {name: [rows[i] for i in rng.permutation(len(rows))] for name, rows in files.items()}


def unlike(phrases: Iterable[Entry], held_out: Collection[Entry], dropped: Counter[str]) -> Iterator[Entry]:
    """The phrases that tell nothing of held-out sentences."""
    secret = set().union(*map(near, held_out))
    for phrase in phrases:
        texts = [(side, text) for side in (0, 1) for text in phrase.choices[side][:1]]
        if any(f"{side}{key}" in secret for side, text in texts for key in (*parts(text), *gaps(text))):
            dropped["phrases: equal, hold or nearly are a sentence of validation or test"] += 1
        else:
            yield phrase


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=Path("/usr/share/trans/de-en"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / "ding")
    parser.add_argument("--true-pairs", action="store_true", help="the monolingual sentences with their translations too")
    args = parser.parse_args()
    disable_progress_bars()
    if not args.source.is_file():
        sys.exit(f"There is no word list {args.source}. Run: apt-get install trans-de-en (or give --source).")
    dropped: Counter[str] = Counter()
    entries = list(read(args.source, dropped))
    phrases = list(usable((entry for entry in entries if not is_sentence(entry)), "phrases", dropped))
    known = {(side, entry.choices[side][0]) for entry in phrases for side in (0, 1)}
    sentences = list(usable((entry for entry in entries if is_sentence(entry)), "sentences", dropped))
    fresh = [entry for entry in sentences if not any((side, entry.choices[side][0]) in known for side in (0, 1))]
    dropped["sentences: a side is a phrase too"] = len(sentences) - len(fresh)
    files = split(fresh, dropped)
    files["phrases"] = list(unlike(phrases, files["validation"] + files["test"], dropped))
    args.out.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        columns = {"de": [row.texts[0] for row in rows], "en": [row.texts[1] for row in rows]}
        Dataset.from_dict({"en": columns["en"]} if name == "monolingual" else columns).to_parquet(args.out / f"{name}.parquet")
        if name == "monolingual" and args.true_pairs:
            Dataset.from_dict(columns).to_parquet(args.out / "true_pairs.parquet")
        print(f"{len(rows):7,} {name}")
    dictionary = (f"{row.texts[0]}\t{row.texts[1]}\n" for row in files["phrases"])
    (args.out / "dictionary.txt").write_text("".join(dictionary), encoding="utf-8")
    for rule, count in dropped.items():
        print(f"{count:7,} dropped, {rule}")


if __name__ == "__main__":
    main()
