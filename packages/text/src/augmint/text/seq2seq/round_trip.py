"""Texts translated into another language and back: the same said in other words."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.text.models.tokenizer import load_tokenizer
from augmint.text.seq2seq.config import Seq2SeqSource, seq2seq_config
from augmint.text.seq2seq.decoding import Decoding, write_texts
from augmint.text.seq2seq.languages import language_ids
from augmint.text.seq2seq.model import Seq2SeqModel

WHERES = ("policy.round_trip_to", "policy.round_trip_back")
VERSIONS = 4
"""Ways back of a sentence, to draw from."""
_DRAWN = Decoding(temperature=0.8, top_p=0.95)  # the likeliest way alone would be one text, and mostly the one there was
_LONGEST = 128
_KEYS = 2**62


@dataclass
class RoundTrip:
    """Two translation models on the CPU, where texts are edited, and what they have written so far.

    Attributes:
        to, back: encoder-decoders in evaluation mode.
        store: a database file that keeps what was written, for later runs and other processes; None keeps it in memory alone.
    """

    to: Seq2SeqModel
    back: Seq2SeqModel
    store: Path | None = None
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def versions(self, sentence: str) -> tuple[str, ...]:
        """`VERSIONS` ways to say a sentence; it stands itself where a way is empty, less than half or more than twice as long,
        and always where it has more tokens than the models read.

        They are drawn by the sentence's own numbers, and no other stands in the batch: they do not depend on what else is asked.
        """
        if sentence not in self._known:
            found = self._stored(sentence)
            if found is None:
                found = self._written(sentence)
                self._keep(sentence, found)
            self._known[sentence] = found
        return self._known[sentence]

    def _written(self, sentence: str) -> tuple[str, ...]:
        if len(self.to.tokenizer(sentence)["input_ids"]) > self.to.source.max_length:
            return (sentence,) * VERSIONS
        key = int.from_bytes(hashlib.blake2b(sentence.encode("utf-8", "surrogatepass"), digest_size=7).digest(), "big")
        rows = [(key + place) % _KEYS for place in range(VERSIONS)]
        there = write_texts(self.to, [sentence] * VERSIONS, _DRAWN, RowRandom(0, "round trip", "to", rows=rows))
        again = write_texts(self.back, there, _DRAWN, RowRandom(0, "round trip", "back", rows=rows))
        return tuple(text if text and 0.5 <= len(text) / len(sentence) <= 2 else sentence for text in again)

    def _stored(self, sentence: str) -> tuple[str, ...] | None:
        if self.store is None or not self.store.is_file():
            return None
        try:
            with closing(sqlite3.connect(self.store, timeout=60)) as database:
                row = database.execute("SELECT versions FROM written WHERE sentence = ?", (_plain(sentence),)).fetchone()
        except sqlite3.Error:  # a store that cannot be read costs time and no result
            return None
        return tuple(json.loads(row[0])) if row else None

    def _keep(self, sentence: str, versions: tuple[str, ...]) -> None:
        if self.store is None:
            return
        try:
            with closing(sqlite3.connect(self.store, timeout=60)) as database, database:
                database.execute("CREATE TABLE IF NOT EXISTS written (sentence TEXT PRIMARY KEY, versions TEXT)")
                database.execute("INSERT OR REPLACE INTO written VALUES (?, ?)", (_plain(sentence), json.dumps(versions)))
        except sqlite3.Error:
            self.store = None  # a full or read-only disk: memory does


def check_round_trip(names: tuple[str, ...]) -> None:
    """Raises UserError where one of the two, hub ids or folders, is no encoder-decoder of one pair of languages."""
    for name, where in zip(names, WHERES, strict=True):
        if not name:
            raise UserError("A round trip needs two models.", where=where, fix="Name the models there and back, or neither.")
        seq2seq_config(Seq2SeqSource(name, max_length=_LONGEST), {}, where)
        if language_ids(load_tokenizer(name, where)):
            raise UserError(
                f"The model {name!r} knows several languages, and a round trip has no key that says which.",
                where=where,
                fix="Name a model of one pair of languages; a Marian, say.",
            )


@lru_cache(maxsize=2)
def load_round_trip(names: tuple[str, ...]) -> RoundTrip:
    """The models, loaded once in a process, with the store that belongs to them among the assets of the hub's cache.

    Raises:
        UserError: one cannot be loaded, or is of another kind.
    """
    check_round_trip(names)
    to, back = (Seq2SeqModel.build(Seq2SeqSource(name, max_length=_LONGEST), (), 0) for name in names)
    for model in (to, back):
        model.network.eval()
    marks = [_mark(name, model) for name, model in zip(names, (to, back), strict=True)]
    return RoundTrip(to, back, _store(json.dumps([marks, VERSIONS, _LONGEST, str(_DRAWN)])))


def _mark(name: str, model: Seq2SeqModel) -> list[str]:
    """What changes when the model does: a folder's files, or the hub's commit."""
    if not Path(name).is_dir():
        return [name, str(getattr(model.network.config, "_commit_hash", None))]
    files = sorted(path for path in Path(name).resolve().iterdir() if path.is_file())
    return [str(Path(name).resolve()), *(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)]


def _store(models: str) -> Path | None:
    from huggingface_hub import cached_assets_path

    try:
        folder = cached_assets_path("augmint", namespace="round_trip", subfolder=hashlib.sha256(models.encode()).hexdigest()[:16])
    except (OSError, ValueError):  # a read-only home
        return None
    return Path(folder) / "written.sqlite"


def _plain(sentence: str) -> str:
    """As it can be stored: surrogates and zeros written out."""
    return json.dumps(sentence)
