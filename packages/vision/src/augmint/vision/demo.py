"""What `augmint demo vision` runs: handwritten digits, ten a class."""

from __future__ import annotations

from typing import Any

RECIPE: dict[str, Any] = {
    "task": "image-classification",
    "data": {"path": "builtin:digits", "train_limit": {"per_class": 10}, "validation_limit": {"per_class": 20}},
    "model": {
        "scratch": {
            "model_type": "resnet",
            "layer_type": "basic",
            "embedding_size": 16,
            "hidden_sizes": [16, 32, 64],
            "depths": [1, 1, 1],
            "image_size": 16,
        }
    },
    "generator": {"base_channels": 16},
    "judge": {"members": 2},
    "adversarial": {"max_steps": 1000, "threads": 1},
    "search": {"trials": 16, "finalists": 2, "final_seeds": 3},
    "mint": {"ratio": 5.0},
    "finetune": {"max_steps": 200, "per_device_train_batch_size": 64},
    "compare": {"seeds": [0, 1, 2, 3, 4]},
    "seed": 0,
}
