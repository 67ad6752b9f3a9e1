"""Values to plain Python, so that JSON holds no numpy scalar and no NaN."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """`value` in JSON's terms: numpy and torch scalars and arrays become Python's, non-finite floats None, the unknown its `str`.

    Example:
        >>> import numpy as np
        >>> plain({"a": np.float64(0.5), "b": (np.int64(3), float("nan"))})
        {'a': 0.5, 'b': [3, None]}
    """
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return str(value)
