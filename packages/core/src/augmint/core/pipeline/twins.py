"""Arms that train on the very same: one is trained, the others are given its results.

Where the search found that no augmentation is best, "policy" is "original" under another name, and training it again would cost
time and tell nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

from augmint.core.evaluation import Arm
from augmint.core.interfaces import Policy
from augmint.core.pipeline.arms import RESULT
from augmint.core.pipeline.run_dir import read_json
from augmint.core.pipeline.workshop import Workshop

_NO_OPS = ""


def twins_of(shop: Workshop) -> dict[str, Arm]:
    """Arm -> the first arm of the comparison that trains on the same, which is itself for most."""
    found: dict[Any, Arm] = {}
    policies = {None: None, "standard": shop.task.baseline(), "policy": shop.policy}
    nothing = _ops(shop.space.decode(shop.space.starts()["identity"]))
    twins = {}
    for arm in shop.recipe.compare.parsed:
        policy = policies[arm.ops]
        ops = _NO_OPS if policy is None or _ops(policy) == nothing else _ops(policy)
        twins[arm.name] = found.setdefault((ops, arm.extra), arm)
    return twins


def same_arms(shop: Workshop) -> dict[str, str]:
    """The names alone, and only of arms that are another one."""
    return {name: twin.name for name, twin in twins_of(shop).items() if twin.name != name}


def lend(shop: Workshop, arm: Arm, twin: Arm, seed: int) -> None:
    """Give `arm` what `twin` has by now, unless it has it. Files are linked where the file system can."""
    source, target = (shop.directory.finetuned(one.name, seed) for one in (twin, arm))
    if (target / RESULT).is_file() and set(read_json(target / RESULT)) == set(read_json(source / RESULT)):
        return
    unfinished = target.with_name(f".{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished, copy_function=_link)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(unfinished, target)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _ops(policy: Policy) -> str:
    """A policy without what concerns generated rows, as text."""
    values = {key: value for key, value in policy.to_dict().items() if key != "mint"}
    return json.dumps(values, sort_keys=True)


