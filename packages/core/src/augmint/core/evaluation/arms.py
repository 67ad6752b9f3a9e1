"""The arms of a comparison: what each fine-tuning is given beyond the original rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from augmint.core.errors import UserError, nearest

Ops = Literal["standard", "policy"]

ORIGINAL, STANDARD, POLICY, MINTED, PSEUDO_LABELLED = "original", "standard", "policy", "minted", "pseudo-labelled"
OPS = (STANDARD, POLICY)
COPIED, EQUAL_REAL_EPOCHS, UNFILTERED = "copied", "equal-real-epochs", "unfiltered"
RESYNTHESISED = "resynthesised"
_EXTRAS = [COPIED, EQUAL_REAL_EPOCHS, PSEUDO_LABELLED, RESYNTHESISED, UNFILTERED, MINTED]
"""Kinds of extra rows, simplest first: copies of the real rows where the minted ones would stand; nothing, and only as many steps
as leave every real row the visits it has beside minted ones; pseudo-labelled rows; real rows through the generator, changed as
little as it can; generated rows without adversarial training and without the discriminator's choice; minted rows."""


@dataclass(frozen=True)
class Arm:
    """One arm.

    Attributes:
        name: canonical: "original", or the ops part and the rows part joined by "+".
        ops: whose augmentation is applied anew to every batch: the task's standard policy, the found policy, or None.
        extra: the rows added to the original ones: "minted", "pseudo-labelled", another registered kind, or None.
    """

    name: str
    ops: Ops | None = None
    extra: str | None = None

    @property
    def is_baseline(self) -> bool:
        """Whether it uses nothing that augmint made."""
        return self.extra in (None, COPIED, EQUAL_REAL_EPOCHS) and self.ops != POLICY

    @property
    def complexity(self) -> tuple[int, int]:
        """Orders arms from simple to complex: first by the extra rows, then by the ops."""
        return (0 if self.extra is None else 1 + _EXTRAS.index(self.extra), 0 if self.ops is None else 1 + OPS.index(self.ops))


def register_extra(name: str) -> None:
    """Let arms name another kind of extra rows, such as "back-translated". Known ones may be registered again."""
    if not name or "+" in name or name in (ORIGINAL, *OPS):
        raise ValueError(f"{name!r} cannot name a kind of rows")
    if name not in _EXTRAS:
        _EXTRAS.insert(-1, name)  # minted rows stay the most complex


def parse_arm(name: str, *, where: str = "compare.arms") -> Arm:
    """The arm that a name stands for; the order of its parts does not matter.

    Args:
        name: "original", or "standard" or "policy", and a kind of rows, either or both, joined by "+".
        where: the place named in errors.

    Raises:
        UserError: on an unknown part (naming the nearest known), two ops, two kinds of rows, or "original" joined to anything.

    Example:
        >>> parse_arm("minted+policy")
        Arm(name='policy+minted', ops='policy', extra='minted')
        >>> parse_arm("minted").ops is None
        True
        >>> parse_arm("polcy+minted")
        Traceback (most recent call last):
        ...
        augmint.core.errors.UserError: compare.arms: 'polcy' in arm 'polcy+minted' is not known. Did you mean 'policy'?
    """
    if not isinstance(name, str) or not name.strip():
        raise UserError(f"{name!r} is not an arm.", where=where, fix='Name arms such as "standard" or "policy+minted".')
    parts = [part.strip() for part in name.split("+")]
    if parts == [ORIGINAL]:
        return Arm(ORIGINAL)
    known = (ORIGINAL, *OPS, *_EXTRAS)
    for part in parts:
        if part not in known:
            raise UserError(f"{part!r} in arm {name!r} is not known.", where=where, fix=nearest(part, known))
    if ORIGINAL in parts:
        raise UserError(f'Arm {name!r} joins "original" to another part.', where=where,
                        fix='Every arm trains on the original rows: leave "original+" out.')
    ops, extra = [part for part in parts if part in OPS], [part for part in parts if part in _EXTRAS]
    if len(ops) > 1 or len(extra) > 1:
        raise UserError(f"Arm {name!r} has two {'ops' if len(ops) > 1 else 'rows'} parts.", where=where,
                        fix="Join at most one of standard and policy with at most one kind of rows.")
    return Arm("+".join([*ops, *extra]), ops[0] if ops else None, extra[0] if extra else None)  # type: ignore[arg-type]


def parse_arms(names: Iterable[str], *, where: str = "compare.arms") -> list[Arm]:
    """All arms, in the order given. Raises UserError also where two names stand for the same arm."""
    arms: dict[str, Arm] = {}
    for name in names:
        arm = parse_arm(name, where=where)
        if arm.name in arms:
            raise UserError(f"Arm {arm.name!r} is there twice.", where=where, fix="Name every arm once.")
        arms[arm.name] = arm
    return list(arms.values())


@dataclass(frozen=True)
class CompareArguments:
    """The recipe's `compare` section.

    Attributes:
        seeds: every arm is fine-tuned once with each; at least 2, since an interval needs a spread.
        arms: names as `parse_arm` takes them, kept canonical. "original" and "standard" must be among them: the verdict is a
            comparison with both. Where none are named, the task's controls are there too: `copied` for translation,
            `resynthesised` for speech recognition, and for audio classification with a vocoder.
    """

    seeds: Sequence[int] = (0, 1, 2, 3, 4)
    arms: Sequence[str] = (ORIGINAL, STANDARD, POLICY, MINTED, "policy+minted")

    def __post_init__(self) -> None:
        if isinstance(self.seeds, (str, int)) or not all(type(seed) is int and seed >= 0 for seed in self.seeds):
            raise UserError(f"The seeds are {self.seeds!r}.", where="compare.seeds",
                            fix="Give whole numbers such as [0, 1, 2, 3, 4].")
        if len(set(self.seeds)) < len(self.seeds):
            raise UserError("A seed is there twice.", where="compare.seeds", fix="Name every seed once.")
        if len(self.seeds) < 2:
            raise UserError(f"There {'is one seed' if self.seeds else 'are no seeds'}.", where="compare.seeds",
                            fix="Give at least 2, better 5: an interval needs a spread over seeds.")
        if isinstance(self.arms, str) or not self.arms:
            raise UserError(f"The arms are {self.arms!r}.", where="compare.arms",
                            fix="Give a list such as [original, standard, policy].")
        names = tuple(arm.name for arm in parse_arms(self.arms))
        for needed in (ORIGINAL, STANDARD):
            if needed not in names:
                raise UserError(f"The arm {needed!r} is missing.", where="compare.arms",
                                fix="Add it: the verdict compares with it.")
        object.__setattr__(self, "seeds", tuple(self.seeds))
        object.__setattr__(self, "arms", names)

    @property
    def parsed(self) -> list[Arm]:
        """The arms, in order."""
        return parse_arms(self.arms)
