"""Minting into a stream: after every block of original rows come the rows minted for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasets import Dataset, Features, IterableDataset

from augmint.core.data.duplicates import row_digests
from augmint.core.data.provenance import provenance_columns, refuse_minted, with_provenance
from augmint.core.errors import UserError
from augmint.core.interfaces import Discriminator, Generator, Judge, Policy, get_modality, keyed_seed
from augmint.core.minting.arguments import MintArguments
from augmint.core.minting.memory import mint_rows
from augmint.core.minting.parts import MintParts
from augmint.core.minting.rows import decoding


class BlockMinter:
    """Maps a block of rows (column lists, payloads undecoded) to the same rows and the rows minted for them.

    What is minted depends on the block's content and the seed alone, not on when or by which worker it is read. (Which rows make
    up a block does depend on the worker's shards.) Filters see a block at a time: a duplicate in another block is not found.
    """

    def __init__(self, features: Features, modality: str, columns: Mapping[str, str] | None, arguments: MintArguments, seed: int,
                 *, generator: Generator | None, policy: Policy | None, discriminator: Discriminator | None,
                 judge: Judge | None) -> None:
        self.features, self.modality, self.columns, self.arguments, self.seed = features, modality, columns, arguments, seed
        self.generator, self.policy, self.discriminator, self.judge = generator, policy, discriminator, judge

    def __call__(self, block: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        rows = Dataset.from_dict({name: list(block[name]) for name in self.features}, features=decoding(self.features))
        codec = get_modality(self.modality).make_codec(rows, self.columns)
        codec.suit(self.policy, self.generator, self.discriminator)
        parts = MintParts(codec, rows, self.generator, self.policy, self.discriminator, self.judge)
        digest = b"".join(row_digests(rows, list(self.features))).hex()
        minted = mint_rows(parts, arguments=self.arguments, seed=keyed_seed(self.seed, "stream", digest)).dataset
        made = minted.with_format("arrow")[:].to_pydict()
        marks = provenance_columns(len(rows))
        return {**{name: list(block[name]) + made[name] for name in self.features},
                **{name: array.to_pylist() + made[name] for name, array in marks.items()}}


def mint_stream(stream: IterableDataset, minter: BlockMinter, block_size: int) -> IterableDataset:
    """The stream with minted rows in it: lazy, resumable and sharded as the source is.

    Raises:
        UserError: where the stream's Features are not known, or the amount needs the whole data set.
    """
    if minter.arguments.ratio is None:
        raise UserError("A stream's length is not known, so per_class and total cannot be met.", where="mint", fix="Give ratio.")
    # Payloads pass undecoded, so originals keep their bytes; decoding is switched on again behind.
    undecoded = stream.decode(False)
    mixed = undecoded.map(minter, batched=True, batch_size=block_size, features=with_provenance(undecoded.features))
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
