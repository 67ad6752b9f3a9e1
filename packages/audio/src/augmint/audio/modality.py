"""What `augmint[audio]` registers under the entry-point group `augmint.modalities`."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset

from augmint.core.interfaces import Discriminator, Generator, Judge, Modality, Policy, RowCodec, Task


class Audio(Modality):
    """Clips of sound and speech. Heavy parts are imported when they are used, so that listing tasks stays quick."""

    name: ClassVar[str] = "audio"

    def tasks(self) -> Mapping[str, type[Task]]:
        from augmint.audio.classification.task import AudioClassification
        from augmint.audio.recognition.task import SpeechRecognition

        return {task.name: task for task in (SpeechRecognition, AudioClassification)}

    def builtin_datasets(self) -> Mapping[str, Any]:
        from augmint.audio.builtin import spoken_digits

        return {"spoken-digits": spoken_digits}

    def make_codec(self, dataset: Dataset, columns: Mapping[str, str] | None = None) -> RowCodec:
        from augmint.audio.guessing import make_codec

        return make_codec(dataset, columns or {})

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        from augmint.audio.policy import AudioPolicy

        return AudioPolicy.from_dict(values)

    def load_generator(self, directory: Path) -> Generator:
        from augmint.audio.vocoder import MelVocoderGenerator
        from augmint.audio.wavegan import ConditionalWaveGenerator

        if "hop_length" in json.loads((directory / "config.json").read_text()):
            return MelVocoderGenerator.from_pretrained(directory)
        return ConditionalWaveGenerator.from_pretrained(directory)

    def load_discriminator(self, directory: Path) -> Discriminator:
        from augmint.audio.vocoder import VocoderDiscriminator
        from augmint.audio.wavegan import WaveDiscriminator

        if "num_classes" in json.loads((directory / "config.json").read_text()):
            return WaveDiscriminator.from_pretrained(directory)
        return VocoderDiscriminator.from_pretrained(directory)

    def load_judge(self, directory: Path) -> Judge:
        from augmint.audio.classification.judge import KIND, ClipJudge
        from augmint.audio.recognition.judge import RecognizerJudge
        from augmint.core.evaluation.classifier_task import MARKER

        if json.loads((directory / MARKER).read_text())["kind"] == KIND:
            return ClipJudge.from_pretrained(directory)
        return RecognizerJudge.from_pretrained(directory)

    def demo_recipe(self) -> dict[str, Any]:
        from augmint.audio.demo import RECIPE

        return copy.deepcopy(RECIPE)  # a caller may change it
