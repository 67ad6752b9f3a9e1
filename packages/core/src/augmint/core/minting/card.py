"""The dataset card beside minted rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import yaml


def dataset_card(manifest: Mapping[str, Any], recipe: Mapping[str, Any] | None = None, policy: Mapping[str, Any] | None = None,
                 versions: Mapping[str, str] | None = None) -> str:
    """README.md: YAML head for `datasets` and the hub, then what these rows are and how to make them again."""
    config = {"config_name": "default", "description": f"Rows {_digest(manifest)}",
              "data_files": [{"split": "train", "path": "data/*.parquet"}]}
    head = {
        "tags": ["synthetic", "augmint"],
        "configs": [config],
        "size_categories": [_size(manifest["rows"]["total"])],
    }
    lines = [
        "---", yaml.safe_dump(head, sort_keys=False).strip(), "---", "", "# Original and minted rows", "",
        f"{manifest['rows']['original']} original rows, followed by {manifest['rows']['minted']} rows that augmint minted "
        f"(origin: {manifest['plan']['origin']}). **Minted rows are synthetic.** The columns of the source are unchanged; "
        "five more say where each row comes from:", "",
        "| column | meaning |", "|---|---|",
        "| `augmint_origin` | `original`, `policy` (an augmented copy) or `generator` |",
        "| `augmint_parent` | index of the original row it was made from, or null |",
        "| `augmint_seed` | what the row was drawn from, or null |",
        "| `augmint_score` | discriminator score, or null |",
        "| `augmint_policy` | fingerprint of the policy in force, or null |", "",
        "## Rejected candidates", "",
    ]
    rejected = {reason: sum(counts.values()) for reason, counts in manifest["rejected"].items()}
    lines += [f"- {reason}: {count}" for reason, count in rejected.items()] or ["None."]
    if manifest["short"]:
        missing = ", ".join(f"{name}: {count}" for name, count in manifest["short"].items())
        lines += ["", f"Too few candidates passed; missing rows by class: {missing}."]
    lines += ["", "## Made with", "", f"- seed: {manifest['plan']['seed']}", f"- policy: {manifest['plan']['policy']}"]
    lines += [f"- {name} {version}" for name, version in sorted((versions or {}).items())]
    for title, section in (("Policy", policy), ("Recipe", recipe)):
        if section:
            text = yaml.safe_dump(json.loads(json.dumps(section, default=str)), sort_keys=False, allow_unicode=True)
            lines += ["", f"## {title}", "", "```yaml", text.strip(), "```"]
    return "\n".join(lines) + "\n"


def _digest(manifest: Mapping[str, Any]) -> str:
    """16 hex digits over the files' contents. `datasets` caches a local folder under its name and the head of its card alone, so
    two folders called `minted` would be taken for each other if their cards were alike."""
    return hashlib.sha256("".join(entry["sha256"] for entry in manifest["files"]).encode()).hexdigest()[:16]


def _size(rows: int) -> str:
    for limit, name in ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")):
        if rows < limit:
            return name
    return "n>1M"
