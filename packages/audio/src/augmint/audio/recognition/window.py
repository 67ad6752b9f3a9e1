"""Models that hear a window of fixed length (Whisper): how long it is, and a shorter one for short clips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.audio.models.extractor import load_extractor
from augmint.audio.recognition.source import recogniser_config
from augmint.core.errors import UserError

KEY = "window_seconds"
PLACES = 50
"""Of Whisper's encoder, a second."""


def window_of(model: Mapping[str, Any]) -> float | None:
    """Seconds that the recipe's model hears, or None where it hears clips of any length. Loads no weights.

    Raises:
        UserError: the section asks for a window that the model cannot have.
    """
    config, wanted = recogniser_config(model), model.get(KEY)
    if config.model_type != "whisper":
        if wanted is not None:
            what = f"A {config.model_type} model hears clips of any length."
            raise UserError(what, where=f"model.{KEY}", fix="Leave it out.")
        return None
    name = model.get("name_or_path")
    own = float(load_extractor(str(name)).chunk_length if name else config.max_source_positions / PLACES)
    if wanted is None:
        return own
    if not isinstance(wanted, int) or not 1 <= wanted <= own:
        fix = "Leave it out, or give the longest clip's length, rounded up, with some room for slower versions."
        raise UserError(f"{wanted!r} is no whole number of seconds from 1 to {own:g}.", where=f"model.{KEY}", fix=fix)
    return float(wanted)


def narrow(network: Any, extractor: Any, seconds: int) -> Any:
    """Let a Whisper hear so many seconds instead of its 30; plain Transformers loads what is saved afterwards.

    Of the encoder's places the first are kept, so a step of training on short clips costs a fraction.

    Args:
        network: a Whisper, changed in place.
        extractor: its feature extractor.
        seconds: of the new window, no more than the old one's.

    Returns:
        the feature extractor of the new window.
    """
    from torch import nn

    encoder, places = network.get_encoder(), PLACES * seconds
    kept = encoder.embed_positions.weight.detach()[:places].clone()
    encoder.embed_positions = nn.Embedding.from_pretrained(kept, freeze=True)  # they are sinusoids that Whisper never learns
    encoder.max_source_positions = encoder.config.max_source_positions = network.config.max_source_positions = places
    values = {**extractor.to_dict(), "chunk_length": seconds}
    dropped = ("n_samples", "nb_max_frames", "feature_extractor_type", "processor_class", "mel_filters")
    return type(extractor)(**{key: value for key, value in values.items() if key not in dropped})
