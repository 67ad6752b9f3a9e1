"""Text augmentation ops over whole batches, with different parameters for every row.

Importing this room registers the ops that come with augmint.
"""

from augmint.text.ops import (
    adjacent_swap,
    aeda,
    case,
    end_punctuation,
    masked_word,
    pair_switch,
    random_insertion,
    random_swap,
    round_trip,
    switch_out,
    synonym,
    token_drop,
    typo,
)
from augmint.text.ops.base import INPUT, TASKS, Draws, EditOp, Setting, TextOp, roles_of
from augmint.text.ops.registry import get_op, op_names, register_op

__all__ = ["INPUT", "TASKS", "Draws", "EditOp", "Setting", "TextOp", "get_op", "op_names", "register_op", "roles_of"]

_FAMILIES = (adjacent_swap, aeda, case, end_punctuation, masked_word, pair_switch, random_insertion, random_swap, round_trip,
             switch_out, synonym, token_drop, typo)
