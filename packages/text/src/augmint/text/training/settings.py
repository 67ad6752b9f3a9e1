"""Checks that the settings of all generators and judges of texts share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.core.errors import UserError, nearest

Range = tuple[float, float, bool]
"""Least, most, and whether only whole numbers will do."""

ADVERSARIAL_RANGES: Mapping[str, Range] = {
    "pretrain_steps": (1, 10**7, True),
    "discriminator_steps": (1, 10**6, True),
    "samples": (2, 16, True),
    "learning_rate": (1e-9, 1, False),
    "discriminator_learning_rate": (1e-9, 1, False),
    "adversarial_weight": (0, 10, False),
    "kl_weight": (0, 10, False),
    "temperature": (0.01, 2, False),
}


def check_keys(values: Mapping[str, Any], known: set[str], section: str) -> None:
    """Raise UserError on a key that is not known, naming the nearest one."""
    for key in values:
        if key not in known:
            raise UserError(f"{key!r} is not known.", where=f"{section}.{key}", fix=nearest(key, known))


def check_name(values: Mapping[str, Any], name: str) -> None:
    """Raise UserError where the section names another generator than this."""
    if values.get("name", name) != name:
        raise UserError(f"There is no generator {values['name']!r}.", where="generator.name", fix=f"Did you mean {name!r}?")


def check_ranges(settings: Any, section: str, ranges: Mapping[str, Range]) -> None:
    """Raise UserError on an attribute outside its range. None is let pass where it is the default."""
    for name, (low, high, whole) in ranges.items():
        value = getattr(settings, name)
        if value is None and type(settings).__dataclass_fields__[name].default is None:
            continue
        kinds = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            raise UserError(
                f"{name} is {value!r}.",
                where=f"{section}.{name}",
                fix=f"Give a {'whole ' if whole else ''}number from {low:g} to {high:g}.",
            )
