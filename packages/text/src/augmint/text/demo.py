"""What `augmint demo text` runs: dates, amounts, names and lists in English and German, as CLDR writes them."""

from __future__ import annotations

from typing import Any

RECIPE: dict[str, Any] = {
    "task": "translation",
    "data": {
        "path": "builtin:cldr-en-de",
        "columns": {"source": "de", "target": "en"},
        "train_limit": 1000,
        "validation_limit": 200,
        "test_limit": 500,
        "unlabeled": {"rest_of_train": True, "limit": 2000},
    },
    "model": {
        "scratch": {
            "model_type": "m2m_100",
            "d_model": 128,
            "encoder_layers": 2,
            "decoder_layers": 1,
            "encoder_ffn_dim": 256,
            "decoder_ffn_dim": 256,
            "vocab_size": 1000,
        },
        "max_length": 64,
    },
    "generator": {"discriminator_steps": 50},
    "adversarial": {"max_steps": 15},
    "search": {"trials": 8, "finalists": 2, "final_seeds": 1},
    "mint": {"ratio": 2.0},
    "finetune": {"max_steps": 150, "per_device_train_batch_size": 48},
    "compare": {"seeds": [0, 1, 2], "arms": ["original", "standard", "policy", "unfiltered", "minted", "policy+minted"]},
    "seed": 0,
}
