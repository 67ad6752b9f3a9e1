"""What makes and judges rows, and the plan for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from datasets import Dataset, Features

from augmint.core.data.provenance import BY_GENERATOR, BY_POLICY
from augmint.core.errors import UserError
from augmint.core.interfaces import Discriminator, Generator, Judge, MintSettings, Policy, RowCodec, Rules
from augmint.core.minting.arguments import MintArguments
from augmint.core.minting.plan import NO_CLASS, MintPlan, build_quotas
from augmint.core.minting.reference import Reference, build_reference, joined
from augmint.core.minting.torch_state import fixed_threads


@dataclass
class MintParts:
    """What makes and judges candidates.

    Attributes:
        codec: knows the user's columns.
        originals: real training rows, in the source's Features.
        generator: makes rows; None augments real rows by `policy`.
        policy: augments real rows where there is no generator.
        discriminator: scores generated rows, or None.
        judge: says which label a row has and where it lies, or None.
        conditions: rows that a generator with `conditioned_on` makes samples for; None takes the originals.
        known: real rows besides the originals that candidates are held against, such as the generator's training rows.
    """

    codec: RowCodec
    originals: Dataset
    generator: Generator | None = None
    policy: Policy | None = None
    discriminator: Discriminator | None = None
    judge: Judge | None = None
    conditions: Dataset | None = None
    known: Reference | None = None
    _references: dict[tuple[float, int], Reference] = field(default_factory=dict, repr=False)
    _rules: list[Rules | None] = field(default_factory=list, repr=False)

    @property
    def features(self) -> Features:
        return self.originals.features

    @property
    def rules(self) -> Rules | None:
        """What generated rows must keep to, learnt from the originals when first asked for."""
        if self.generator is None:
            return None
        if not self._rules:
            self._rules.append(self.codec.fit_rules(self.originals))
        return self._rules[0]

    def reference(self, arguments: MintArguments) -> Reference:
        """The originals (and what is known besides) as the filters see them, made when first asked for."""
        key = (arguments.memorisation_quantile, arguments.block_size)
        if key not in self._references:
            with torch.no_grad(), fixed_threads(arguments.threads):
                own = build_reference(self.codec, self.originals, self.judge, quantile=key[0], block_size=key[1])
                self._references[key] = own if self.known is None else joined(self.known, own)
        return self._references[key]


def plan_mint(arguments: MintArguments, parts: MintParts, *, seed: int, identity: str = "", settings: MintSettings | None = None,
              weakness: Sequence[float] | np.ndarray | None = None) -> MintPlan:
    """The plan for these parts.

    Args:
        arguments: how much and how.
        parts: what mints; the policy's `mint` settings hold unless `settings` is given.
        seed: the run's seed.
        identity: digest of networks and rows (see `identify`); only needed where work is kept on disk.
        settings: instead of the policy's.
        weakness: per class, for `MintSettings.balance` (see `class_weakness`).

    Raises:
        UserError: where there is neither a generator nor a policy, or candidates of one condition would fall into two shards.
    """
    if parts.generator is None and parts.policy is None:
        raise UserError("There is neither a generator nor a policy to mint with.", where="mint", fix="Give one of them.")
    settings = settings or (parts.policy.mint if parts.policy is not None else MintSettings())
    if arguments.shard_size % settings.best_of:
        raise UserError(f"{arguments.shard_size} is no multiple of the policy's best_of, {settings.best_of}.",
                        where="mint.shard_size", fix="Give a multiple of 16.")
    quotas = build_quotas(arguments, parts.codec.labels(parts.originals), len(parts.originals), len(parts.codec.label_names or ()),
                          balance=settings.balance, weakness=weakness)
    if parts.generator is None:
        quotas = _with_parents(quotas, parts)
    plan = MintPlan(seed, quotas, settings, arguments, BY_POLICY if parts.generator is None else BY_GENERATOR, None, identity)
    if parts.generator is not None and parts.generator.conditioned_on and not parts.generator.draws(**plan.controls):
        plan = replace(plan, settings=replace(settings, best_of=1), conditions=_conditions(quotas, parts))
    return plan if parts.policy is None else replace(plan, policy=parts.policy.fingerprint_under(plan.settings))


def _conditions(quotas: Mapping[int, int], parts: MintParts) -> dict[int, int]:
    """Class -> rows that samples of that class can be made for."""
    pool = parts.conditions if parts.conditions is not None else parts.originals
    known = parts.codec.labels(pool) if NO_CLASS not in quotas else None
    return {label: len(pool) if known is None else known.count(label) for label in quotas}


def _with_parents(quotas: Mapping[int, int], parts: MintParts) -> dict[int, int]:
    """Quotas of the classes that have a row to augment: a policy cannot make rows of a class out of nothing."""
    known = parts.codec.labels(parts.originals)
    there = {NO_CLASS} if known is None else set(known)
    return {label: quota if label in there else 0 for label, quota in quotas.items()}
