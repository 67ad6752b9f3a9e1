"""Values of `TrainingArguments` where the recipe is silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from augmint.core.evaluation.finetuning import arguments_of, on_one_device

BATCH_SIZE = 32
_COMMON: Mapping[str, Any] = {
    "lr_scheduler_type": "cosine",
    "warmup_steps": 0.1,
    "per_device_train_batch_size": BATCH_SIZE,
    "max_grad_norm": 1.0,
    "weight_decay": 0.01,
}


@dataclass(frozen=True)
class TrainingDefaults:
    """What a kind of model fine-tunes well with: a pretrained one is moved gently, a fresh one has to learn everything.

    Attributes:
        common: for both, over augmint's own.
        pretrained, scratch: for one of them, over `common`.

    Example:
        >>> TrainingDefaults({"max_grad_norm": 5.0}).over({"learning_rate": 0.1}, pretrained=True)["max_grad_norm"]
        5.0
    """

    common: Mapping[str, Any] = field(default_factory=dict)
    pretrained: Mapping[str, Any] = field(default_factory=lambda: {"learning_rate": 5e-5})
    scratch: Mapping[str, Any] = field(default_factory=lambda: {"learning_rate": 1e-3})

    def over(self, values: Mapping[str, Any], *, pretrained: bool) -> dict[str, Any]:
        """The recipe's `finetune` section, completed."""
        return {**_COMMON, **self.common, **(self.pretrained if pretrained else self.scratch), **values}

    def arguments(
        self, values: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int, output_dir: str, kind: type | None = None
    ) -> Any:
        """The same as Transformers wants it: a `kind`, by default `TrainingArguments`."""
        from transformers import TrainingArguments

        chosen = self.over(values, pretrained=pretrained)
        made: Any = kind or TrainingArguments
        return on_one_device(made(**arguments_of(chosen, steps=steps, seed=seed, output_dir=output_dir)))


DEFAULTS = TrainingDefaults()
"""Of most models."""
