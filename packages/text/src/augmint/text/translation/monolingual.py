"""Text of the target language alone, for back-translation: without what validation and test must not lend."""

from __future__ import annotations

from collections.abc import Mapping

from datasets import Dataset, Features, Value

from augmint.core.errors import UserError
from augmint.text.codec import TextCodec
from augmint.text.rules.near_duplicate import NearDuplicate

NAMES = ("target", "text", "sentence")


def monolingual_targets(found: Dataset, codec: TextCodec, splits: Mapping[str, Dataset]) -> tuple[Dataset, list[str]]:
    """The texts as a column "target", each once, without copies of training targets and near copies of validation and test ones.

    Args:
        found: has a column named as the target side, or "target", "text" or "sentence", or pairs like those of training.
        codec: of the training pairs.
        splits: "train", "validation" and "test".

    Returns:
        the rows, and a sentence for each kind of text that was left out.

    Raises:
        UserError: no column can be meant, or nothing is left.
    """
    texts = [text for text in _texts(found, codec) if text and text.strip()]
    notices = [f"{len(found) - len(texts)} unlabelled rows were left out: they are empty."] if len(texts) < len(found) else []
    known = {_key(text) for text in codec.texts(splits["train"], "target")}
    fresh = []
    for text in texts:
        if _key(text) not in known:
            known.add(_key(text))
            fresh.append(text)
    if len(fresh) < len(texts):
        notices.append(
            f"{len(texts) - len(fresh)} unlabelled rows were left out: they are copies of each other or of training targets."
        )
    held = [text for name in ("validation", "test") for text in codec.texts(splits[name], "target")]
    near = NearDuplicate.fit({"text": held}).rejects({"text": fresh})
    left = [text for text, close in zip(fresh, near, strict=True) if not close]
    if len(left) < len(fresh):
        notices.append(
            f"{len(fresh) - len(left)} unlabelled rows were left out: they are copies or near copies of validation or test targets."
        )
    if not left:
        raise UserError("Every unlabelled text is a copy of one in train, validation or test, or empty.", where="data.unlabeled")
    return Dataset.from_dict({"target": left}, features=Features({"target": Value("string")})), notices


def _texts(found: Dataset, codec: TextCodec) -> list[str]:
    pair = codec.columns["target"]
    if codec.languages and pair in found.column_names:
        return codec.texts(found, "target")
    wanted = [codec.languages.get("target", pair), *NAMES]
    for name in wanted:
        if name in found.column_names and found.features[name].dtype in ("string", "large_string"):
            return list(found[name])
    raise UserError(
        f"The unlabelled rows have no column of targets. Their columns: {', '.join(found.column_names)}.",
        where="data.unlabeled",
        fix=f"Name the column {wanted[0]!r} or 'text'.",
    )


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
