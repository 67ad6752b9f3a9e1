"""A mint that tests start in other processes: `python mint_job.py FOLDER [delay a shard in seconds]`."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

from augmint.core.interfaces import MintSettings
from augmint.core.minting import MintArguments, MintParts, MintPlan, mint_to_disk, plan_mint

sys.path.insert(0, str(Path(__file__).parent))
from tabular_task import NumbersCodec, NumbersDiscriminator, NumbersGenerator, NumbersJudge, NumbersPolicy, numbers_rows

ARGUMENTS = {"ratio": 3.0, "shard_size": 16, "block_size": 8, "rows_per_file": 100}


class SlowGenerator(NumbersGenerator):
    """Gives a test time to kill the process between two shards."""

    delay = 0.0

    def sample(self, *args, **kwargs):
        time.sleep(self.delay)
        return super().sample(*args, **kwargs)


def parts(delay: float = 0.0) -> MintParts:
    rows = numbers_rows([30, 20, 10])
    generator = SlowGenerator()
    generator.delay = delay
    return MintParts(NumbersCodec({"numbers": "numbers", "label": "label"}, rows.features["label"].names), rows, generator,
                     NumbersPolicy(mint=MintSettings(truncation=0.9, keep_quantile=0.8)), NumbersDiscriminator(), NumbersJudge())


def plan(**arguments: object) -> MintPlan:
    return plan_mint(MintArguments(**{**ARGUMENTS, **arguments}), parts(), seed=7, identity="numbers")


if __name__ == "__main__":
    mint_to_disk(plan(), partial(parts, float(sys.argv[2]) if len(sys.argv) > 2 else 0.0), sys.argv[1])
