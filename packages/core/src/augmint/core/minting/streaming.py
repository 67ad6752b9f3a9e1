"""Minting into a stream: after every block of original rows come the rows minted for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from datasets import Dataset, Features, IterableDataset

from augmint.core.data.duplicates import row_digests
from augmint.core.data.provenance import provenance_columns, refuse_minted, with_provenance
from augmint.core.errors import UserError
from augmint.core.interfaces import Discriminator, Generator, Judge, Policy, get_modality, keyed_seed
from augmint.core.minting.arguments import MintArguments
from augmint.core.minting.memory import mint_rows
from augmint.core.minting.parts import MintParts
from augmint.core.minting.reference import Reference, calibrated
from augmint.core.minting.rows import decoding

EMBEDDED = 5000
"""Rows of a stream that are remembered by their features, where the generator's training rows are not known."""


class BlockMinter:
    """Maps a block of rows (column lists, payloads undecoded) to the same rows and the rows minted for them.

    Rows are drawn by the block's content and the seed. They are held against the generator's training rows, where those are known
    (`reference`), against the block's own, and against the digests of all rows, real and minted, that came before. Where the
    training rows are not known, the stream's rows so far stand for them (exact copies of any, near ones of the first 5,000): what
    copies a row that is still to come is not found then. Each worker of a loader, and a stream taken up in its middle, knows the
    rows that it has read itself; of two readers at once of one stream, each starts anew where the other has read in between.
    """

    def __init__(self, features: Features, modality: str, columns: Mapping[str, str] | None, arguments: MintArguments, seed: int,
                 *, generator: Generator | None, policy: Policy | None, discriminator: Discriminator | None,
                 judge: Judge | None, reference: Reference | None = None) -> None:
        self.features, self.modality, self.columns, self.arguments, self.seed = features, modality, columns, arguments, seed
        self.generator, self.policy, self.discriminator, self.judge = generator, policy, discriminator, judge
        self.reference = reference
        self._known: Reference | None = None
        self._seen: set[bytes] = set()
        self._next = -1

    def __call__(self, block: Mapping[str, list[Any]], places: Sequence[int]) -> dict[str, list[Any]]:
        if places[0] != self._next:  # read from the start again, or from elsewhere
            self._known, self._seen = self.reference, set()
        self._next = places[-1] + 1
        rows = Dataset.from_dict({name: list(block[name]) for name in self.features}, features=decoding(self.features))
        codec = get_modality(self.modality).make_codec(rows, self.columns)
        codec.suit(self.policy, self.generator, self.discriminator)
        known = replace(self._known, seen=self._seen) if self._known is not None else None
        parts = MintParts(codec, rows, self.generator, self.policy, self.discriminator, self.judge, known=known)
        digest = b"".join(row_digests(rows, list(self.features))).hex()
        minted = mint_rows(parts, arguments=self.arguments, seed=keyed_seed(self.seed, "stream", digest)).dataset
        self._remember(parts.reference(self.arguments), minted)
        made = minted.with_format("arrow")[:].to_pydict()
        marks = provenance_columns(len(rows))
        return {**{name: list(block[name]) + made[name] for name in self.features},
                **{name: array.to_pylist() + made[name] for name, array in marks.items()}}

    def _remember(self, held: Reference, minted: Dataset) -> None:
        """What the next block is held against besides its own rows."""
        self._seen.update(held.digests)
        self._seen.update(row_digests(minted, held.columns))
        if self.reference is not None:
            return
        before = 0 if self._known is None else len(self._known.embedding)
        grown = replace(held, digests=frozenset(), embedding=held.embedding[:EMBEDDED], rows=held.rows[:EMBEDDED])
        full = before == EMBEDDED == len(grown.embedding)
        self._known = self._known if full else calibrated(grown, self.arguments.memorisation_quantile)


def mint_stream(stream: IterableDataset, minter: BlockMinter, block_size: int) -> IterableDataset:
    """The stream with minted rows in it: lazy, resumable and sharded as the source is.

    Raises:
        UserError: where the stream's Features are not known, or the amount needs the whole data set.
    """
    if minter.arguments.ratio is None:
        raise UserError("A stream's length is not known, so per_class and total cannot be met.", where="mint", fix="Give ratio.")
    # Payloads pass undecoded, so originals keep their bytes; decoding is switched on again behind.
    undecoded = stream.decode(False)
    marked = with_provenance(undecoded.features)
    mixed = undecoded.map(minter, batched=True, batch_size=block_size, with_indices=True, features=marked)
    if undecoded.features == minter.features:
        return mixed
    features = with_provenance(minter.features)
    return mixed.map(features.decode_example, features=features)


def stream_features(stream: IterableDataset) -> Features:
    """The stream's Features, or UserError."""
    if stream.features is None:
        raise UserError("The stream's Features are not known.", where="mint", fix="Name them: stream.cast(features).")
    refuse_minted(stream.features)
    return stream.features
