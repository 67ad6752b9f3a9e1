"""Rows with clips to tensors and back."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from datasets import ClassLabel, Dataset, Features

from augmint.audio.clips import AUDIO, LENGTH, to_batch, to_clips, to_float, to_int16
from augmint.audio.columns import storage_of, stored_cells
from augmint.audio.files import Unreadable, read_clip, read_info, says_its_length
from augmint.audio.preview import player
from augmint.audio.rules import ClipRules
from augmint.core.data.labels import column_values
from augmint.core.errors import RowError, UserError
from augmint.core.interfaces import Batch, RowCodec, RowProblem, Rules, file_of
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors

LONGEST, SHORTEST = 120.0, 0.02
"""Seconds of a clip that is taken: longer ones fill the memory, shorter ones hold nothing."""
LONGEST_UNLABELLED = 7200.0
"""Seconds of a recording that came without a label or transcript, of which parts are taken."""
TEXT, LABEL = "text", "label"
_CHUNK = 64
_WHOLE = 0.9  # part of the length in a clip's header that must be there


class AudioCodec(RowCodec):
    """Rows with a clip, and a class label or a transcript.

    Args:
        columns: `{"audio": name, "label": name}` or `{"audio": name, "text": name}`; only "audio" where rows are unlabelled.
        features: of the data set; gives the class names.
        sampling_rate: Hz that clips are worked on at: each is resampled once, when it is read.

    Encoded batches are `{"audio": int16 (n, L), "audio_length": int64 (n,)}`, one channel, padded with 0, and "label": int64 (n,)
    or "text": int32 (n, T) with "text_length": int64 (n,) (see `augmint.core.interfaces.strings`).

    Attributes:
        longest: samples that a model hears of a clip, where it has such a bound; no longer clip is minted, unless real
            ones are.
    """

    answers: ClassVar[tuple[str, ...]] = (LABEL, TEXT)

    def __init__(self, columns: Mapping[str, str], features: Features, sampling_rate: int) -> None:
        self.columns, self.sampling_rate = dict(columns), sampling_rate
        self.longest: int | None = None
        label = features.get(self.columns.get(LABEL, ""))
        self.label_names = list(label.names) if isinstance(label, ClassLabel) else None

    def check(self, dataset: Dataset) -> list[RowProblem]:
        return self._check(dataset, LONGEST)

    def check_unlabelled(self, dataset: Dataset) -> list[RowProblem]:
        """As `check`; recordings of up to two hours pass, which a vocoder is trained on in segments."""
        return self._check(dataset, LONGEST_UNLABELLED)

    def _check(self, dataset: Dataset, longest: float) -> list[RowProblem]:
        labels, texts = self.labels(dataset), self.texts(dataset)
        problems = []
        for row, cell in enumerate(self._cells(dataset)):
            reason = _clip_problem(cell, self.sampling_rate, longest)
            if reason is None and labels is not None:
                reason = self._label_problem(labels[row])
            if reason is None and texts is not None and not (texts[row] or "").strip():
                reason = "the transcript is empty"
            if reason is not None:
                problems.append(RowProblem(row, reason, file_of(cell)))
        return problems

    def _label_problem(self, label: int | None) -> str | None:
        classes = len(self.label_names or ())
        if label is None or label == -1:
            return "the label is missing"
        return None if 0 <= label < classes else f"label {label} is out of range for {classes} classes"

    def encode(self, dataset: Dataset) -> Batch:
        batch = self.encode_roles(dataset, (AUDIO, TEXT))
        labels = self.labels(dataset)
        if labels is not None:
            batch[LABEL] = torch.tensor(labels, dtype=torch.int64)
        return batch

    def encode_roles(self, dataset: Dataset, roles: Sequence[str]) -> Batch:
        batch: Batch = {}
        for role in roles:
            if role not in self.columns:  # transcripts, which not all clips have
                continue
            if role == AUDIO:
                batch |= to_batch(list(self.clips(dataset)))
            else:
                batch[role], batch[length_key(role)] = to_tensors(self.texts(dataset) or [])
        return batch

    def clips(self, dataset: Dataset) -> Iterator[np.ndarray]:
        """The rows' clips, int16, one after the other."""
        for row, cell in enumerate(self._cells(dataset)):
            try:
                yield read_clip(cell, self.sampling_rate)
            except Unreadable as error:
                raise RowError(f"The clip {error}.", f"column {self.columns[AUDIO]!r}", row) from error

    def seconds(self, dataset: Dataset) -> np.ndarray:
        """How long each clip is by its header, float64 (n,)."""
        found = [read_info(cell) for cell in self._cells(dataset)]
        return np.array([frames / rate for rate, frames in found], dtype=np.float64)

    def _cells(self, dataset: Dataset) -> list[Any]:
        """Stored clips, undecoded."""
        return stored_cells(dataset, self.columns[AUDIO])

    def to_network(self, batch: Batch) -> Batch:
        return {**batch, AUDIO: to_float(batch[AUDIO])}

    def from_network(self, batch: Batch) -> Batch:
        return {**batch, AUDIO: to_int16(batch[AUDIO], batch[LENGTH])}

    def suit(self, *parts: Any) -> None:
        """Take over the sampling rate of policies and networks. Raises UserError where two differ."""
        rates = {rate for part in parts if (rate := _rate_of(part)) is not None}
        if len(rates) > 1:
            fix = "Take policy and generator from one run, or make the policy for the generator's rate."
            raise UserError(f"They work at {' and '.join(map(str, sorted(rates)))} Hz.", where="policy and generator", fix=fix)
        self.sampling_rate = rates.pop() if rates else self.sampling_rate

    def decode(self, batch: Batch, features: Features) -> dict[str, list[Any]]:
        """Clips at the working rate in the form that the column has: FLAC files of 16 bits, or arrays."""
        store = storage_of(features[self.columns[AUDIO]], self.columns[AUDIO])
        columns: dict[str, list[Any]] = {self.columns[AUDIO]: [store(clip, self.sampling_rate) for clip in to_clips(batch)]}
        if LABEL in batch and self.columns.get(LABEL) in features:
            columns[self.columns[LABEL]] = batch[LABEL].tolist()
        if TEXT in batch and self.columns.get(TEXT) in features:
            columns[self.columns[TEXT]] = to_strings(batch[TEXT], batch[length_key(TEXT)])
        return columns

    def labels(self, dataset: Dataset) -> list[int] | None:
        column = self.columns.get(LABEL)
        return column_values(dataset, column) if column is not None and column in dataset.column_names else None

    def texts(self, dataset: Dataset) -> list[str] | None:
        """The transcripts, or None where there are none."""
        column = self.columns.get(TEXT)
        return column_values(dataset, column) if column is not None and column in dataset.column_names else None

    def facts(self, dataset: Dataset) -> Mapping[str, int]:
        """The sampling rates that clips are stored at."""
        rates = Counter(read_info(cell)[0] for cell in self._cells(dataset))
        return {f"at {rate} Hz": rates[rate] for rate in sorted(rates)}

    def fit_rules(self, originals: Dataset) -> Rules | None:
        if not len(originals):
            return None
        return ClipRules.fit(self._batches(originals), longest=self.longest)

    def _batches(self, rows: Dataset) -> Iterator[Batch]:
        """All rows in order, some at a time."""
        for at in range(0, len(rows), _CHUNK):
            try:
                yield self.encode(rows.select(range(at, min(at + _CHUNK, len(rows)))))
            except RowError as error:
                raise error.at(at + error.row) from error

    def preview(self, batch: Batch, row: int) -> str:
        one = {name: tensor[row : row + 1] for name, tensor in batch.items()}
        caption = html.escape(to_strings(one[TEXT], one[length_key(TEXT)])[0][:200]) if TEXT in one else ""
        style = "display:inline-block;max-width:190px;margin:.2em;font-size:.85em"
        return f'<div style="{style}">{player(to_clips(one)[0], self.sampling_rate)}<div dir="auto">{caption}</div></div>'


def _rate_of(part: Any) -> int | None:
    """The sampling rate of a policy, or of a network by its config; None where it works at any."""
    found = getattr(part, "sampling_rate", None) or getattr(getattr(part, "config", None), "sampling_rate", None)
    return int(found) if found else None


def _clip_problem(cell: Any, sampling_rate: int, longest: float) -> str | None:
    """Why a stored clip cannot be used. Reads it whole: headers promise what damaged files do not hold."""
    try:
        rate, frames = read_info(cell)
        if frames > longest * rate:
            return f"the clip is {frames / rate:.0f} s long, more than {longest:.0f} s: cut it"
        clip = read_clip(cell, sampling_rate)
    except Unreadable as error:
        return f"the clip {error}"
    if len(clip) * rate < _WHOLE * frames * sampling_rate and says_its_length(cell):
        return "the clip is cut off: it holds less than its header says"
    if len(clip) < SHORTEST * sampling_rate:
        return f"the clip is shorter than {SHORTEST} s"
    return None if clip.any() else "the clip is silent"
