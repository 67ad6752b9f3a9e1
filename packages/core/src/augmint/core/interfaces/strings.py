"""Texts as tensors and back.

A batch holds the texts of a role ("source", "target", "text": a transcript, say) as int32 (n, L) Unicode code points, padded with
0, and their lengths as int64 (n,) under `<role>_length`. What a text is says its length alone: it may hold U+0000, and be empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces.ragged import Texts, flatten, padded


def length_key(role: str) -> str:
    """The name of a role's lengths in a batch."""
    return f"{role}_length"


def to_tensors(texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Code points int32 (n, L), with L the longest text's length, and lengths int64 (n,).

    Raises:
        UserError: a text is no string, or holds half of a surrogate pair; names the row.

    Example:
        >>> points, lengths = to_tensors(["hi", "\u00e9"])
        >>> points.tolist(), lengths.tolist()
        ([[104, 105], [233, 0]], [2, 1])
    """
    texts = list(texts)
    try:
        encoded = "".join(texts).encode("utf-32-le")
    except (TypeError, UnicodeEncodeError):
        raise _bad_row(texts) from None
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    points, lengths = padded(Texts.of(np.frombuffer(encoded, dtype="<i4").astype(np.int32), lengths))
    return torch.from_numpy(points), torch.from_numpy(lengths)


def to_strings(points: Tensor, lengths: Tensor) -> list[str]:
    """The texts of code points int32 (n, L) and lengths int64 (n,).

    Raises:
        UserError: shapes or lengths do not fit, or a number is no code point; names the row where there is one.
    """
    texts = flatten(points.cpu().numpy(), lengths.cpu().numpy())
    try:
        whole = texts.points.astype("<i4").tobytes().decode("utf-32-le")
    except UnicodeDecodeError as error:
        row = int(np.searchsorted(texts.offsets, error.start // 4, side="right")) - 1
        raise UserError("The text holds a number that is no Unicode character.", where=f"row {row}",
                        fix="Give code points, as to_tensors does.") from None
    edges = texts.offsets.tolist()
    return [whole[start:stop] for start, stop in pairwise(edges)]


def _bad_row(texts: Sequence[object]) -> UserError:
    """What is wrong with the first row that cannot be encoded."""
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            return UserError(f"The text is {text!r}, a {type(text).__name__}.", where=f"row {row}", fix="Give a string.")
        try:
            text.encode("utf-32-le")
        except UnicodeEncodeError as error:
            half = ord(text[error.start])
            return UserError(f"Character {error.start} of the text, U+{half:04X}, is half of a surrogate pair.", where=f"row {row}",
                             fix="Decode it as UTF-16 or UTF-8, or remove that character.")
    raise AssertionError("every row can be encoded")
