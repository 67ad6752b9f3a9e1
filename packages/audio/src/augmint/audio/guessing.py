"""A codec for rows of which nobody has said what they are for."""

from __future__ import annotations

from collections.abc import Mapping

from datasets import ClassLabel, Dataset

from augmint.audio.codec import AudioCodec
from augmint.audio.columns import USUAL, find_columns
from augmint.audio.models.extractor import SCRATCH_RATE
from augmint.core.errors import UserError


def make_codec(dataset: Dataset, columns: Mapping[str, str]) -> AudioCodec:
    """Clips with a transcript where there is a column of that kind, else with a class label where there is one, else alone.

    Raises:
        UserError: there is no column of clips, a named one is missing, or nobody says which of labels and transcripts counts.
    """
    names = set(dataset.column_names)
    roles = ["audio", *(role for role in ("label", "text") if columns.get(role))]
    if len(roles) == 1:
        labelled = any(isinstance(feature, ClassLabel) for feature in dataset.features.values())
        transcribed = bool(names & set(USUAL["text"]))
        if labelled and transcribed:
            fix = "Name them, as in columns={'audio': ..., 'label': ...} or columns={'audio': ..., 'text': ...}."
            raise UserError("The data has transcripts and class labels, so what it is for is not clear.", where="columns", fix=fix)
        roles += ["text"] if transcribed else ["label"] if labelled else []
    return AudioCodec(find_columns(dataset.features, columns, tuple(roles)), dataset.features, SCRATCH_RATE)
