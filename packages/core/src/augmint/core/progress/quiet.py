"""The libraries below augmint keep quiet while a run shows its own progress."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Iterator
from functools import cache


def quiet() -> bool:
    """Whether the user asked for no progress (`--quiet`)."""
    return bool(os.environ.get("AUGMINT_QUIET"))


@cache
def quiet_libraries() -> None:
    """No progress bars and no advice from datasets and transformers, in this process; errors are still raised."""
    import datasets
    from transformers.utils import logging

    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    warnings.filterwarnings("ignore", category=FutureWarning)


@contextlib.contextmanager
def no_prints() -> Iterator[None]:
    """Swallow what a library prints: huggingface_hub says where it loads weights from."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
