"""Ways of writing that policies choose from."""

from __future__ import annotations

from augmint.core.errors import UserError, nearest
from augmint.text.seq2seq import Decoding

DECODES: dict[str, Decoding] = {
    "beam": Decoding(num_beams=4),
    "noised": Decoding(num_beams=4, noise=0.1),
    "greedy": Decoding(),
    "cold": Decoding(temperature=0.5),
    "warm": Decoding(temperature=0.8, top_p=0.95),
    "hot": Decoding(temperature=1.1, top_p=0.95),
}
"""By the name that policies give them."""
GLOSS = "gloss"
"""Word by word, without a model (see `augmint.text.gloss`): of generators that have a glosser."""
DEFAULT_DECODE = "cold"


def decoding_of(
    decode: str, temperature: float | None = None, top_p: float | None = None, num_beams: int | None = None, truncation: float = 1.0
) -> Decoding:
    """The way of writing that a policy's controls name. Raises UserError naming the nearest known one.

    Example:
        >>> decoding_of("cold", top_p=0.9)
        Decoding(num_beams=1, temperature=0.5, top_p=0.9, noise=0.0)
    """
    if decode not in DECODES:
        raise UserError(f"There is no way of writing {decode!r}.", where="policy mint controls", fix=nearest(str(decode), DECODES))
    known = DECODES[decode]
    heat = temperature if temperature is not None else known.temperature
    return Decoding(
        num_beams if num_beams is not None else 1 if temperature is not None else known.num_beams,
        heat * truncation if heat is not None else None,
        top_p if top_p is not None else known.top_p,
        known.noise,
    )
