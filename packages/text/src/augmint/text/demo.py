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
        "test_limit": 400,
        "unlabeled": {"rest_of_train": True, "limit": 1500},
    },
    "model": {
        "scratch": {
            "model_type": "m2m_100",
            "d_model": 96,
            "encoder_layers": 1,
            "decoder_layers": 1,
            "encoder_ffn_dim": 192,
            "decoder_ffn_dim": 192,
            "dropout": 0.0,
            "vocab_size": 500,
        },
        "max_length": 64,
    },
    "generator": {"discriminator_steps": 50, "discriminator_learning_rate": 1e-3},
    "adversarial": {"max_steps": 12},
    "search": {"trials": 5, "finalists": 1, "final_seeds": 1},
    "mint": {"ratio": 1.0, "max_rounds": 2},
    "finetune": {"max_steps": 300, "per_device_train_batch_size": 16, "learning_rate": 5e-3},
    "compare": {"seeds": [0, 1, 2], "arms": ["original", "standard", "policy", "unfiltered", "minted", "policy+minted"]},
    "seed": 0,
}
