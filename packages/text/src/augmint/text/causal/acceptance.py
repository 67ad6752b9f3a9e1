"""Whether the adversarial steps are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from augmint.core.interfaces import Generator
from augmint.text.causal import pretraining
from augmint.text.generators import LabelLMGenerator
from augmint.text.training.rows import TextRows


def accept(trained: Generator, start: Path, validation: TextRows, threads: int) -> tuple[Generator, dict[str, Any]]:
    """The adversarially trained generator where its validation perplexity is at most that of likelihood training as long.

    Args:
        trained: by the adversarial steps.
        start: what `pretrain` left.
        validation: real texts.
        threads: of torch.

    Returns:
        the generator to mint from; figures, and a "notice" that says which it is and why.
    """
    assert isinstance(trained, LabelLMGenerator)
    tuned = pretraining.validation_perplexity(trained.model, validation, threads)
    plain = pretraining.continued_perplexity(start)
    figures = {"validation_perplexity": tuned, "continued_validation_perplexity": plain, "accepted": tuned <= plain}
    if tuned <= plain:
        said = (
            f"Adversarial training was kept: its generator has perplexity {tuned:.2f} on validation, likelihood alone {plain:.2f}."
        )
        return trained, {**figures, "notice": said}
    said = (
        f"Adversarial training was dropped: its generator has perplexity {tuned:.2f} on validation, and as many further steps of "
        f"likelihood {plain:.2f}. Rows are minted by the latter."
    )
    return type(trained).from_pretrained(start / pretraining.CONTINUED), {**figures, "notice": said}
