"""What the study's model learns from the 8,000 monolingual sentences, by who writes their sources.

    python examples/translation/prepare_ding.py --true-pairs     # data/ding/true_pairs.parquet beside the other files
    python examples/translation/sources.py --steps 1800 --share 0.7

Trains the study's model on its 4,000 real pairs alone, and on batches of which a part is the monolingual sentences: glossed word by
word (by pairs and dictionary, or by the pairs alone), or with the German that people wrote, which the study does not have. Prints
chrF++ and the loss a token on the validation pairs, and how near glosses of these come to what people wrote.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import yaml
from datasets import Dataset

from augmint.core.interfaces import FinetuneJob, MintSettings, Splits, TaskSettings
from augmint.text import Translation
from augmint.text.gloss import Glosser, read_dictionary
from augmint.text.translation.metric import chrf_metric

HERE = Path(__file__).parent
DATA = HERE / "data" / "ding"


def glossed(train: Dataset, validation: Dataset, true: Dataset, with_dictionary: bool) -> Dataset:
    """The monolingual sentences with glosses for sources. Prints how good such are."""
    entries = read_dictionary(DATA / "dictionary.txt") if with_dictionary else []
    glosser = Glosser.fit(train["en"], train["de"], [(english, german) for german, english in entries])
    score = chrf_metric().corpus_score(glosser.gloss(validation["en"]), [validation["de"]]).score
    print(f"glosses with {len(entries):,} entries of a dictionary: chrF++ {score:.2f} beside people's German", flush=True)
    return Dataset.from_dict({"de": glosser.gloss(true["en"]), "en": true["en"]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, nargs="+", default=[1800])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--share", type=float, default=0.7, help="part of a batch that is monolingual sentences")
    parser.add_argument("--only", nargs="+", help="some of the writers, by the names that are printed")
    arguments = parser.parse_args()
    recipe = yaml.safe_load((HERE / "ding.yaml").read_text())
    files = (DATA / f"{name}.parquet" for name in ("train", "validation", "true_pairs"))
    train, validation, true = (Dataset.from_parquet(str(file)) for file in files)
    model = {**recipe["model"], "name_or_path": str(HERE / recipe["model"]["name_or_path"])}
    settings = TaskSettings(columns=recipe["data"]["columns"], model=model, finetune=recipe["finetune"])
    task = Translation(Splits(train, validation), settings)
    mint = MintSettings(share=arguments.share)
    written: dict[str, Callable[[], Dataset | None]] = {
        "real pairs": lambda: None,
        "glosses": lambda: glossed(train, validation, true, True),
        "glosses without the dictionary": lambda: glossed(train, validation, true, False),
        "people's sources": lambda: true,
    }
    for name in arguments.only or written:
        extra = written[name]()
        for steps in arguments.steps:
            for seed in arguments.seeds:
                given = {"extra": extra, "share": mint.share, "mint": mint} if extra is not None else {}
                result = task.finetune(FinetuneJob(train, steps, seed, {"validation": validation}, **given))
                score, loss = result.scores["validation"], result.losses["validation"]
                print(f"{steps} steps, seed {seed}, {name}: chrF++ {score:.2f}, loss a token {loss:.3f}", flush=True)


if __name__ == "__main__":
    main()
