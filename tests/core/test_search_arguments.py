"""Arguments of a search are checked when they are given, and the message names the key."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from augmint.core.errors import UserError
from augmint.core.search import SearchArguments


@pytest.mark.parametrize(("key", "value"), [
    ("trials", 0), ("trials", 2.5), ("trials", True), ("time_limit", 0), ("time_limit", math.nan), ("time_limit", "60"),
    ("batch_size", 0), ("workers", 0), ("threads", 0), ("executor", "process"), ("surrogate", "GBRT"), ("acquisition", "UCB"),
    ("initial_points", -1), ("prune_quantile", 1.0), ("finalists", -1), ("final_seeds", 0), ("seed", -1), ("seed", 1.5),
    ("objective", {"downstream": 0}), ("objective", "downstream"), ("objective", {"downstream": math.inf}), ("fidelities", []),
    ("fidelities", "full"), ("fidelities", ["full", "full"]),
])
def test_a_wrong_value_is_refused_naming_its_key(key: str, value: Any) -> None:
    with pytest.raises(UserError) as caught:
        SearchArguments(**{key: value})
    assert caught.value.where.startswith(f"search.{key}")
    assert caught.value.fix


def test_an_unknown_objective_part_names_the_nearest() -> None:
    with pytest.raises(UserError, match=r"search\.objective\.qualty: .*Did you mean 'quality'"):
        SearchArguments(objective={"qualty": 1.0})


def test_weights_left_out_are_zero() -> None:
    assert SearchArguments(objective={"downstream": 2}).objective == {"downstream": 2.0, "quality": 0.0, "diversity": 0.0}


def test_arguments_survive_json() -> None:
    arguments = SearchArguments(trials=7, fidelities=("short", "full"), objective={"downstream": 1, "diversity": 0.5}, workers=3)
    assert SearchArguments.from_dict(json.loads(json.dumps(arguments.to_dict()))) == arguments
