"""`task: image-classification`."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import torch.utils.data
from datasets import ClassLabel, Dataset, Image

from augmint.core.errors import UserError, nearest
from augmint.core.evaluation.ensemble import rounds_of
from augmint.core.evaluation.finetuning import batch_size_of, check_finetune, steps_of, temporary_output
from augmint.core.evaluation.pseudo_labels import pseudo_labelled_rows
from augmint.core.interfaces import (
    Batch,
    Discriminator,
    Evaluation,
    FinetuneJob,
    FinetuneResult,
    Generator,
    Judge,
    Metric,
    Objective,
    Policy,
    PolicySpace,
    RowCodec,
    Splits,
    Task,
    TaskSettings,
)
from augmint.core.minting.torch_state import accelerator, fixed_threads
from augmint.vision.classification import judge as judges
from augmint.vision.classification.gan_rows import AdversarialRows
from augmint.vision.classification.judge_training import Lesson, fit
from augmint.vision.classification.model import Preprocessing, build_model, channels_last
from augmint.vision.classification.model_check import check_model
from augmint.vision.classification.plan import TrainingPlan
from augmint.vision.classification.settings import DEFAULT_BATCH_SIZE, JudgeSettings
from augmint.vision.classification.sizes import channels_of, data_size, generator_size, working_size
from augmint.vision.classification.training import score, train, training_arguments
from augmint.vision.codec import ImageCodec, find_columns
from augmint.vision.depth import observe
from augmint.vision.discriminators import ImageDiscriminator
from augmint.vision.generators import ImageGenerator, build_pair
from augmint.vision.generators.registry import generator_keys
from augmint.vision.objective import adversarial_defaults, image_objective
from augmint.vision.objective_settings import OBJECTIVE_KEYS, ObjectiveSettings
from augmint.vision.policy import ImagePolicy, ImagePolicySpace, trivial_augment
from augmint.vision.policy.space import FLIPS
from augmint.vision.rows import ImageRows

SHARED = "shared_label_embedding"
"""Key of the `generator` section: both networks describe classes by one embedding."""


class ImageClassification(Task):
    """Whole-image labels; the metric is accuracy in percent."""

    name: ClassVar[str] = "image-classification"
    modality: ClassVar[str] = "vision"
    files: ClassVar[str] = "imagefolder"
    metric: ClassVar[Metric] = Metric("accuracy", unit="%", decimals=2, low=0.0, high=100.0)
    default_columns: ClassVar[Mapping[str, str]] = {"image": "image", "label": "label"}
    policy_keys: ClassVar[Mapping[str, Any]] = {"flip": str}

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.codec: ImageCodec
        sample = splits.train.select(range(min(256, len(splits.train))))
        column = self.codec.columns["image"]
        self.source_size = data_size(sample, column)
        self.codec.size = working_size(settings.model, self.source_size)
        self.judge_settings = JudgeSettings.from_dict(settings.judge)

    @classmethod
    def adapt(cls, dataset: Dataset, columns: Mapping[str, str]) -> Dataset:
        """Encoded bytes, paths or `{"bytes", "path"}` structs become `Image()`."""
        name = columns.get("image") or "image"
        if name in dataset.column_names and not isinstance(dataset.features[name], Image):
            try:
                return dataset.cast_column(name, Image())
            except (TypeError, ValueError, NotImplementedError) as error:
                raise UserError(
                    f"Column {name!r} holds {dataset.features[name]}, not images.",
                    where="data.columns.image",
                    fix="Give a column of images, encoded bytes or file paths.",
                ) from error
        return dataset

    @classmethod
    def make_codec(cls, dataset: Dataset, columns: Mapping[str, str]) -> RowCodec:
        found = find_columns(dataset.features, columns)
        feature = dataset.features[found["label"]]
        if not isinstance(feature, ClassLabel):
            raise UserError(
                f"Column {found['label']!r} holds {feature}, not class labels.",
                where="data.columns.label",
                fix="Give a column of class labels (whole numbers or strings).",
            )
        image = found["image"]
        return ImageCodec(found, feature.names, channels_of(dataset, image), None, observe(dataset, image))

    def check_settings(self) -> None:
        check_finetune(self.settings.finetune)
        names, channels = self.codec.label_names or (), self.codec.channels
        check_model(self.settings.model, names, channels=channels, size=self.codec.size or 0)
        self.policy_space()
        self.adversarial_networks()

    # adversarial training -----------------------------------------------------------------------------------------

    @property
    def classes(self) -> int:
        return len(self.codec.label_names or ())

    @property
    def image_size(self) -> int:
        """Side of generated images."""
        return generator_size(self.settings.generator, self.source_size)

    def adversarial_networks(self, start: Path | None = None) -> tuple[Generator, Discriminator, Objective]:
        section = self.settings.generator
        others = ("name", "image_size", SHARED, *OBJECTIVE_KEYS)
        for key in section:
            if key not in (known := {*generator_keys(), *others}):
                raise UserError(f"Unknown key {key!r}.", where=f"generator.{key}", fix=nearest(str(key), sorted(known)))
        values = {key: value for key, value in section.items() if key not in others}
        name = section.get("name", "r3gan")
        generator, discriminator = build_pair(
            name,
            values,
            image_size=self.image_size,
            channels=self.codec.channels,
            num_classes=self.classes,
            seed=self.settings.seed,
            depth=self.codec.depth,
            shared_label_embedding=self._shares_labels(),
        )
        settings = ObjectiveSettings.from_dict(section)
        return generator, discriminator, image_objective(name, self._adversarial_size(), self.image_size, settings=settings)

    def _shares_labels(self) -> bool:
        shared = self.settings.generator.get(SHARED)
        if not isinstance(shared, bool | None):
            raise UserError(f"{SHARED} is {shared!r}.", where=f"generator.{SHARED}", fix="Give true or false.")
        return bool(shared)

    def _adversarial_size(self) -> int:
        return len(self.splits.train) + (len(self.splits.unlabeled) if self.splits.unlabeled is not None else 0)

    def adversarial_rows(self, pseudo_labelled: Dataset | None) -> torch.utils.data.Dataset[Batch]:
        parts = [ImageRows(self.splits.train, self.codec)]
        if pseudo_labelled is not None and len(pseudo_labelled):
            parts.append(ImageRows(pseudo_labelled, self.codec))
        return AdversarialRows(parts, self.image_size)

    def adversarial_defaults(self) -> dict[str, Any]:
        name = self.settings.generator.get("name", "r3gan")
        values = adversarial_defaults(dataset_size=self._adversarial_size(), image_size=self.image_size, architecture=name)
        return {**values, "shared_parameters": "generator"} if self._shares_labels() else values

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return ImageGenerator.from_pretrained(generator_dir), ImageDiscriminator.from_pretrained(discriminator_dir)

    # policy and judge ---------------------------------------------------------------------------------------------

    def policy_space(self) -> PolicySpace:
        flip = self.settings.policy.get("flip") or "horizontal"
        if flip not in FLIPS:
            raise UserError(f"flip is {flip!r}.", where="policy.flip", fix=nearest(flip, FLIPS))
        return ImagePolicySpace(channels=self.codec.channels, image_size=self.codec.size or 0, mint=True, flip=flip)

    def standard_policy(self) -> Policy:
        return trivial_augment()

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        return ImagePolicy.from_dict(values)

    @property
    def steps(self) -> int:
        return steps_of(self.settings.finetune, len(self.splits.train), DEFAULT_BATCH_SIZE)

    def fit_judge(self, directory: Path, executor: Executor) -> None:
        """Several classifiers on the training rows; with unlabelled rows, rounds of pseudo-labels follow (self-training).

        Source: Lee 2013, "Pseudo-label"; Xie et al. 2020, "Self-training with Noisy Student improves ImageNet classification".
        """
        settings, judging = self.settings, self.judge_settings
        lesson = Lesson(
            ImageRows(self.splits.train, self.codec),
            None,
            0.0,
            self.judge_policies(),
            ImageRows(self.splits.validation, self.codec),
            self.steps,
            settings.seed,
            settings.threads,
            settings.model,
            settings.finetune,
        )
        rounds = judging.rounds if self.splits.unlabeled is not None else 0
        folders = rounds_of(directory, rounds)
        for number, folder in enumerate(folders):
            if (folder / judges.MARKER).is_file():
                continue
            if number:
                more = self.pseudo_labelled(judges.load(folders[number - 1]))
                extra = ImageRows(more, self.codec) if more is not None and len(more) else None
                lesson = replace(lesson, extra=extra, share=judging.pseudo_share, key=f"judge-{number}")
            fit(folder, lesson, judging.members, executor)

    def judge_policies(self) -> dict[str, Policy]:
        """What the judge may be trained under: the standard policy, and a stronger one whose flips not every label bears."""
        space = self.search_space()
        starts = space.starts()
        wanted = [name for name in ("standard", "gentle_cutmix") if name in starts] or ["identity"]
        return {name: space.decode({**starts[name], "share": 0.0}) for name in wanted}

    def load_judge(self, directory: Path) -> Judge:
        return judges.load(directory)

    def pseudo_labelled(self, judge: Judge) -> Dataset | None:
        """Unlabelled rows that the judge is sure enough of (see `pseudo_labelled_rows`)."""
        unlabeled, features = self.splits.unlabeled, self.splits.train.features
        if unlabeled is None:
            return None
        image, label = self.codec.columns["image"], self.codec.columns["label"]
        codec = ImageCodec({"image": image}, None, self.codec.channels, self.codec.size, self.codec.depth)
        with fixed_threads(self.settings.threads):
            probabilities = judge.probabilities(ImageRows(unlabeled, codec).all())
        return pseudo_labelled_rows(unlabeled, image, label, probabilities, self.judge_settings.min_confidence, features)

    # downstream ---------------------------------------------------------------------------------------------------

    def finetune(self, job: FinetuneJob) -> FinetuneResult:
        names = self.codec.label_names or []
        network, preprocessing = build_model(
            self.settings.model, names, channels=self.codec.channels, size=self.codec.size or 0, seed=job.seed
        )
        plan = TrainingPlan(
            ImageRows(job.rows, self.codec),
            ImageRows(job.extra, self.codec) if job.extra is not None else None,
            job.extra_targets,
            job.share,
            job.policy,
            augment_extra=job.augment_extra,
            classes=len(names),
            batch_size=batch_size_of(self.settings.finetune, DEFAULT_BATCH_SIZE),
            steps=job.steps,
            seed=job.seed,
            mint=job.mint,
        )
        evaluate = {split: ImageRows(rows, self.codec) for split, rows in job.evaluate.items()}
        with fixed_threads(self.settings.threads), temporary_output() as scratch:
            arguments = training_arguments(
                self.settings.finetune,
                pretrained=bool(self.settings.model.get("name_or_path")),
                steps=job.steps,
                seed=job.seed,
                output_dir=scratch,
            )
            return train(network, preprocessing, plan, arguments, evaluate, job.output_dir)

    def evaluate(self, directory: Path, rows: Dataset) -> Evaluation:
        from transformers import AutoModelForImageClassification

        network = channels_last(AutoModelForImageClassification.from_pretrained(directory)).to(accelerator())
        with fixed_threads(self.settings.threads):
            return score(network, Preprocessing.load(directory), ImageRows(rows, self.codec))
