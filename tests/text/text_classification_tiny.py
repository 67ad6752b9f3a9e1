"""Models of a few thousand weights for labelled texts."""

from __future__ import annotations

import torch
from labelled_texts import PACKAGES, rows

from augmint.text.discriminators import TextDiscriminator
from augmint.text.generators import LabelLMGenerator
from augmint.text.models.classifier import Classifier
from augmint.text.models.language_model import LabelLanguageModel
from augmint.text.models.source import ModelSource

CLASSIFIER = {
    "model_type": "modernbert", "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64,
    "vocab_size": 500,
}
LANGUAGE_MODEL = {"model_type": "gpt2", "n_embd": 32, "n_layer": 1, "n_head": 2, "vocab_size": 500}


def classifier(seed: int = 0, **changes: object) -> Classifier:
    return Classifier.build(ModelSource(scratch={**CLASSIFIER, **changes}, max_length=32), PACKAGES, rows(60).texts["text"], seed)


def generator(seed: int = 0) -> LabelLMGenerator:
    source = ModelSource(scratch=LANGUAGE_MODEL, max_length=24)
    return LabelLMGenerator(LabelLanguageModel.build(source, len(PACKAGES), rows(60).texts["text"], seed))


def discriminator(seed: int = 0) -> TextDiscriminator:
    source = ModelSource(scratch=CLASSIFIER, max_length=32)
    made = TextDiscriminator(Classifier.build(source, ["real"], rows(60).texts["text"], seed, labels=len(PACKAGES)))
    made.bias.copy_(torch.tensor(0.25))
    return made.eval()
