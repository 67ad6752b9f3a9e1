"""What the user sees of work under way: bars with the time left, and silence where it was asked for."""

from __future__ import annotations

from augmint.core.progress.advance import AdvanceCallback, note_advance
from augmint.core.progress.following import follow
from augmint.core.progress.quiet import no_prints, quiet, quiet_libraries

__all__ = ["AdvanceCallback", "follow", "no_prints", "note_advance", "quiet", "quiet_libraries"]
