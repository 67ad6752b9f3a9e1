"""What `augmint demo audio` runs: digits said by synthetic voices, of which the test split's are never heard in training."""

from __future__ import annotations

from typing import Any

RECIPE: dict[str, Any] = {
    "task": "audio-classification",
    "data": {
        "path": "builtin:spoken-digits",
        "splits": {"train": "train", "validation": "validation", "test": "test"},
        "train_limit": {"per_class": 6},
    },
    "judge": {"members": 2},
    "adversarial": {"max_steps": 300, "threads": 1},
    "search": {"trials": 8, "finalists": 2, "final_seeds": 2},
    "mint": {"ratio": 3.0},
    "finetune": {"max_steps": 80, "per_device_train_batch_size": 16},
    "compare": {"seeds": [0, 1, 2]},
    "seed": 0,
}
