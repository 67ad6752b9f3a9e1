"""The finished product: a generator and a policy that turn a data set into a larger one."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import torch
from datasets import Dataset, DatasetDict, Features, Image, IterableDataset

from augmint.core.data.duplicates import row_digests
from augmint.core.data.labels import class_encode
from augmint.core.data.provenance import add_provenance, refuse_minted
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Discriminator, Generator, Judge, Policy, RowCodec, get_modality
from augmint.core.minting.arguments import MintArguments
from augmint.core.minting.files import write_atomically
from augmint.core.minting.memory import mint_rows
from augmint.core.minting.mix import mix_rows
from augmint.core.minting.on_the_fly import VisitKeys
from augmint.core.minting.parts import MintParts
from augmint.core.minting.reference import Reference, calibrated, load_reference, save_reference
from augmint.core.minting.rows import decoding, encode_chunks, stored_rows
from augmint.core.minting.selection import Selection
from augmint.core.minting.streaming import BlockMinter, mint_stream, stream_features
from augmint.core.minting.torch_state import fixed_threads

DatasetT = TypeVar("DatasetT", Dataset, DatasetDict, IterableDataset)
CONFIG, REFERENCE = "augmenter.json", "reference.safetensors"
STREAM_BLOCK = 256


class Augmenter:
    """Mints rows into data sets, or augments rows as they are read.

    Args:
        generator: makes rows; None mints augmented copies of real rows by `policy`.
        policy: how real rows are augmented and how generated ones are made and filtered; None generates with default settings.
        discriminator: scores generated rows for the policy's `keep_quantile`.
        judge: checks labels and memorisation; without one only copies and low scores are filtered.
        columns: role -> column name; None finds them by the Features.
        seed: of the on-the-fly form (`transform`, `collate`, `collator`).
        reference: the generator's training rows as digests and features, so that no copy of one is minted into other data either.
            The augmenter that a run keeps has it; `remember` makes it. Without one, minted rows are held against the rows they are
            minted for: all of them in a data set, those read so far in a stream.

    Attributes:
        selection: what became of every candidate of the last `mint` of a Dataset or DatasetDict.

    Raises:
        UserError: without generator and policy, or where they belong to different modalities.
    """

    def __init__(self, generator: Generator | None = None, policy: Policy | None = None, discriminator: Discriminator | None = None,
                 judge: Judge | None = None, columns: Mapping[str, str] | None = None, seed: int = 0,
                 reference: Reference | None = None) -> None:
        owners = {part.modality for part in (generator, policy, discriminator) if part is not None}
        if generator is None and policy is None:
            raise UserError("There is neither a generator nor a policy.", where="Augmenter", fix="Give one of them.")
        if len(owners) > 1:
            raise UserError(f"The parts belong to different modalities: {', '.join(sorted(owners))}.", where="Augmenter")
        self.modality = owners.pop()
        self.generator, self.policy, self.discriminator, self.judge = generator, policy, discriminator, judge
        self.columns = dict(columns) if columns is not None else None
        self.reference = reference
        self.selection: Selection | None = None
        self._keys = VisitKeys(seed)
        self._bound: tuple[RowCodec, Features, Features] | None = None  # of rows as the codec takes them, and as they are read

    # into data sets -----------------------------------------------------------------------------------------------

    def mint(self, dataset: DatasetT, ratio: float | None = None, *, per_class: int | None = None, total: int | None = None,
             seed: int = 0, split: str = "train", **arguments: Any) -> DatasetT:
        """The data set with minted rows, in the source's Features and five provenance columns.

        Args:
            dataset: Dataset; DatasetDict (rows are minted into `split`, other splits only get the columns); or IterableDataset
                (lazy: minted rows follow every block of 256 rows). Originals come first and untouched, shuffling is up to you.
            ratio: minted rows for each original; 1.0 where no amount is given.
            per_class: instead, bring every class up to so many rows.
            total: instead, so many minted rows.
            seed: the same seed and data give the same rows.
            split: of a DatasetDict.
            arguments: further `MintArguments`.

        Raises:
            UserError: on amounts that cannot be, missing columns, or rows that carry provenance already.
        """
        settings = MintArguments.from_dict({"ratio": ratio, "per_class": per_class, "total": total, **arguments})
        if isinstance(dataset, DatasetDict):
            if split not in dataset:
                raise UserError(f"There is no split {split!r}.", where="mint", fix=f"Splits there are: {', '.join(dataset)}.")
            return DatasetDict({name: self._mint(rows, settings, seed) if name == split else add_provenance(rows)
                                for name, rows in dataset.items()})
        if isinstance(dataset, IterableDataset):
            minter = BlockMinter(stream_features(dataset), self.modality, self.columns, settings, seed, generator=self.generator,
                                 policy=self.policy, discriminator=self.discriminator, judge=self.judge,
                                 reference=self._reference(settings))
            return mint_stream(dataset, minter, STREAM_BLOCK)
        if isinstance(dataset, Dataset):
            return self._mint(dataset, settings, seed)
        raise UserError(f"{type(dataset).__name__} is no data set.", where="mint",
                        fix="Give a datasets.Dataset, DatasetDict or IterableDataset.")

    def _mint(self, dataset: Dataset, arguments: MintArguments, seed: int) -> Dataset:
        refuse_minted(dataset.column_names)
        originals, rows = dataset.with_format(None), _decoded(dataset)
        self.bind(originals)
        assert self._bound is not None
        parts = MintParts(self._bound[0], rows, self.generator, self.policy, self.discriminator, self.judge,
                          known=self._reference(arguments))
        minted = mint_rows(parts, arguments=arguments, seed=seed)
        self.selection = minted.selection
        if missing := sum(minted.selection.short.values()):
            lost = {reason: sum(counts.values()) for reason, counts in minted.selection.rejected.items()}
            warnings.warn(f"{missing} rows are missing: too few candidates passed the filters ({lost}).", stacklevel=3)
        return mix_rows(originals, minted.dataset)

    def remember(self, dataset: Dataset) -> Augmenter:
        """Take `dataset` for the generator's training rows: no copy of one of them is minted from now on, into whatever data."""
        rows = _decoded(dataset)
        codec = get_modality(self.modality).make_codec(rows, self.columns)
        self.reference = MintParts(codec, rows, judge=self.judge).reference(MintArguments())
        return self

    def _reference(self, arguments: MintArguments) -> Reference | None:
        if self.reference is None:
            return None
        with fixed_threads(arguments.threads):
            return calibrated(self.reference, arguments.memorisation_quantile)

    # as rows are read ---------------------------------------------------------------------------------------------

    def bind(self, dataset: Dataset) -> Augmenter:
        """Take columns and Features from a data set instead of from each batch. `mint` does this by itself."""
        rows = _decoded(dataset)
        codec = get_modality(self.modality).make_codec(rows, self.columns)
        codec.suit(self.policy, self.generator, self.discriminator)
        self._bound = codec, rows.features, dataset.features
        return self

    def set_epoch(self, epoch: int) -> None:
        """Fix the epoch that on-the-fly draws are keyed by (see `augmint.core.minting.on_the_fly`)."""
        self._keys.set_epoch(epoch)

    def transform(self, batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """For `dataset.set_transform(augmenter.transform)`: column lists in, column lists out, augmented anew every time.

        Draws differ by row, epoch and worker as `augmint.core.minting.on_the_fly` says, and repeat with the seed. Mixing of rows
        with each other needs whole batches and soft labels: see `collate`.
        """
        policy = self._policy()
        codec, rows = self._rows(batch)
        read = self._bound[2] if self._bound is not None else rows.features
        rng, at, result = self._streams(codec, rows), 0, dict(batch)
        decoded: dict[str, list[Any]] = {}
        for chunk in encode_chunks(codec, rows):
            n = len(next(iter(chunk.values())))
            changed = codec.decode(policy.augment(chunk, rng.take(range(at, at + n)).child("augment")), rows.features)
            for name, values in changed.items():
                decoded.setdefault(name, []).extend(values)
            at += n
        if self._bound is None:
            decoded.pop(codec.columns.get("label", ""), None)  # numbered anew for this batch alone: the reader's own labels stay
        for name, values in decoded.items():
            if name in batch:
                result[name] = _as_read(name, values, read)
        return result

    def collate(self, examples: Sequence[Mapping[str, Any]]) -> Batch:
        """Rows to one batch of tensors, augmented and mixed: what `policy(batch, rng)` gives. All rows must be of one shape."""
        codec, rows = self._rows(_columns(examples))
        return self._policy()(codec.encode(rows), self._streams(codec, rows))

    def collator(self, base_collator: Callable[[list[dict[str, Any]]], Any]) -> AugmentingCollator:
        """A collator that augments rows (`transform`), then hands them to `base_collator`. It can be sent to loader workers."""
        self._policy()
        return AugmentingCollator(self, base_collator)

    def _policy(self) -> Policy:
        if self.policy is None:
            raise UserError("This augmenter has no policy.", where="Augmenter", fix="Rows can be augmented only by a policy.")
        return self.policy

    def _streams(self, codec: RowCodec, rows: Dataset) -> Any:
        payload = dict.fromkeys(column for role, column in codec.columns.items() if role != "label" and column in rows.column_names)
        return self._keys.streams(row_digests(rows, list(payload)))

    def _rows(self, batch: Mapping[str, list[Any]]) -> tuple[RowCodec, Dataset]:
        """The batch as a Dataset and a codec for it."""
        if self._bound is not None:
            codec, features, _ = self._bound
            return codec, stored_rows({name: batch[name] for name in features if name in batch}, features)
        rows = stored_rows(batch)
        try:
            rows = class_encode({"batch": rows}, (self.columns or {}).get("label", "label"))["batch"]
            return get_modality(self.modality).make_codec(rows, self.columns), rows
        except UserError as error:
            raise UserError(f"The columns of this batch are not understood: {error}", where="Augmenter.transform",
                            fix="Call augmenter.bind(dataset) first, or give Augmenter(columns={...}).") from error

    # on disk ------------------------------------------------------------------------------------------------------

    def save_pretrained(self, directory: Path | str) -> Path:
        """Write augmenter.json, the networks' folders and the reference. No pickle: weights are safetensors."""
        target = Path(directory)
        parts = {"generator": self.generator, "discriminator": self.discriminator, "judge": self.judge}
        kept = []
        for name, part in parts.items():
            if part is None:
                continue
            if not hasattr(part, "save_pretrained"):
                warnings.warn(f"The {name} cannot be saved (it has no save_pretrained) and is left out.", stacklevel=2)
                continue
            cast(Any, part).save_pretrained(target / name)
            kept.append(name)
        if self.reference is not None:
            save_reference(self.reference, target / REFERENCE)
            kept.append("reference")
        config = {"version": 1, "modality": self.modality, "columns": self.columns, "parts": kept, "seed": self._keys.seed,
                  "policy": self.policy.to_dict() if self.policy is not None else None}
        write_atomically(target / CONFIG, (json.dumps(config, indent=1) + "\n").encode())
        return target

    @classmethod
    def from_pretrained(cls, source: Path | str) -> Augmenter:
        """The augmenter that `save_pretrained` wrote to a folder, or one on the hub.

        Raises:
            UserError: where there is none; MissingExtraError where its modality is not installed.
        """
        folder = Path(source) if Path(source).is_dir() else _download(str(source))
        try:
            config = json.loads((folder / CONFIG).read_text())
        except (OSError, ValueError) as error:
            raise UserError(f"There is no augmenter in {str(source)!r}.", where="Augmenter.from_pretrained",
                            fix=f"The folder must hold {CONFIG}, as save_pretrained writes it.") from error
        modality, kept = get_modality(config["modality"]), config["parts"]
        return cls(
            modality.load_generator(folder / "generator") if "generator" in kept else None,
            modality.load_policy(config["policy"]) if config["policy"] is not None else None,
            modality.load_discriminator(folder / "discriminator") if "discriminator" in kept else None,
            modality.load_judge(folder / "judge") if "judge" in kept else None, config["columns"], config["seed"],
            load_reference(folder / REFERENCE) if "reference" in kept else None,
        )


class AugmentingCollator:
    """Augments the rows of a batch, then collates them."""

    def __init__(self, augmenter: Augmenter, base_collator: Callable[[list[dict[str, Any]]], Any]) -> None:
        self.augmenter, self.base_collator = augmenter, base_collator

    def __call__(self, examples: Sequence[Mapping[str, Any]]) -> Any:
        columns = self.augmenter.transform(_columns(examples))
        return self.base_collator([dict(zip(columns, values)) for values in zip(*columns.values())])


def _decoded(dataset: Dataset) -> Dataset:
    """The rows plain and with decoding on, whatever the user reads."""
    rows = dataset.with_format(None)
    for name, feature in decoding(rows.features).items():
        if feature != rows.features[name]:
            rows = rows.cast_column(name, feature)
    return rows


def _columns(examples: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [_plain(example[name]) for example in examples] for name in examples[0]}


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, torch.Tensor) else value


def _as_read(name: str, values: list[Any], features: Features) -> list[Any]:
    """What `codec.decode` gave in the form that reading the column gives."""
    feature = features[name]
    pictures = isinstance(feature, Image) and feature.decode and not isinstance(values[0], (dict, str, bytes))
    if pictures or not hasattr(feature, "decode_example"):
        return values
    column: list[Any] = list(Dataset.from_dict({name: values}, features=Features({name: feature}))[name])
    return column


def _download(repository: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repository))
    except Exception as error:  # a wrong name, no network and no permission come as many kinds
        raise UserError(f"There is no folder {repository!r}, and the hub gives none.", where="Augmenter.from_pretrained",
                        fix="Check the spelling, or go online.") from error
