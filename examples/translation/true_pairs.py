"""How much the study can gain at most: fine-tuning with true translations where back-translation would write its own.

    python examples/translation/prepare_ding.py --true-pairs     # data/ding/true_pairs.parquet beside the other files
    python examples/translation/true_pairs.py --steps 600 1500

Trains the study's model on its 4,000 real pairs alone, and on batches half of which are the 8,000 monolingual sentences with their
own German sources, which the study does not have. Prints chrF++ of the validation pairs after each number of steps.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import yaml
from datasets import Dataset

from augmint.core.interfaces import FinetuneJob, MintSettings, Splits, TaskSettings
from augmint.text import Translation

HERE = Path(__file__).parent
DATA = HERE / "data" / "ding"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, nargs="+", default=[900])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments = parser.parse_args()
    recipe = yaml.safe_load((HERE / "ding.yaml").read_text())
    files = (DATA / f"{name}.parquet" for name in ("train", "validation", "true_pairs"))
    train, validation, true = (Dataset.from_parquet(str(file)) for file in files)
    model = {**recipe["model"], "name_or_path": str(HERE / recipe["model"]["name_or_path"])}
    settings = TaskSettings(columns=recipe["data"]["columns"], model=model, finetune=recipe["finetune"])
    task = Translation(Splits(train, validation), settings)
    half = MintSettings(share=0.5)
    for steps in arguments.steps:
        for seed in arguments.seeds:
            for name, extra in (("real pairs", None), ("real and true pairs", true)):
                given = {"extra": extra, "share": half.share, "mint": half} if extra is not None else {}
                result = task.finetune(FinetuneJob(train, steps, seed, {"validation": validation}, **given))
                score, loss = result.scores["validation"], result.losses["validation"]
                print(f"{steps} steps, seed {seed}, {name}: chrF++ {score:.2f}, loss a token {loss:.3f}", flush=True)


if __name__ == "__main__":
    main()
