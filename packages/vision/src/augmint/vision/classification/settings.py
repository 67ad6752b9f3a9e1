"""The judge's settings, where images differ from the rest."""

from __future__ import annotations

from dataclasses import dataclass

from augmint.core.evaluation import judge_settings

DEFAULT_BATCH_SIZE = 128


@dataclass(frozen=True)
class JudgeSettings(judge_settings.JudgeSettings):
    """As `augmint.core.evaluation.judge_settings.JudgeSettings`; a second round pays with images."""

    rounds: int = 2
