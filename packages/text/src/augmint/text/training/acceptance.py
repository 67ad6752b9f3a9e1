"""Whether adversarial steps are kept: only where likelihood training as long is no better."""

from __future__ import annotations

from typing import Any


def decide(name: str, tuned: float, plain: float, *, greater_is_better: bool) -> dict[str, Any]:
    """The figures of a decision, "accepted" and a "notice" among them.

    Args:
        name: of the score, such as "perplexity".
        tuned: validation score after the adversarial steps.
        plain: after as many further steps of likelihood.
        greater_is_better: the score's direction.

    Example:
        >>> decide("perplexity", 9.0, 8.0, greater_is_better=False)["accepted"]
        False
    """
    accepted = tuned >= plain if greater_is_better else tuned <= plain
    if accepted:
        said = f"Adversarial training was kept: its generator has {name} {tuned:.2f} on validation, likelihood alone {plain:.2f}."
    else:
        said = (
            f"Adversarial training was dropped: its generator has {name} {tuned:.2f} on validation, and as many further steps of "
            f"likelihood {plain:.2f}. Rows are minted by the latter."
        )
    return {f"validation_{name}": tuned, f"continued_validation_{name}": plain, "accepted": accepted, "notice": said}
