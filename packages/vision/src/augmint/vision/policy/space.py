"""Where a search over image policies looks. Its first points are the baselines, so a search can only improve on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import MINT_WITH_CLASSES, Dimension, MintSettings, Point, PolicySpace
from augmint.vision.policy.baselines import COLOUR, GEOMETRIC, rand_augment
from augmint.vision.policy.image_policy import ImagePolicy
from augmint.vision.policy.mixing import Mixing, MixOp
from augmint.vision.policy.stage import Stage

FLIPS = {"none": {}, "horizontal": {"flip": 1.0}, "both": {"flip": 1.0, "vertical_flip": 1.0}}
_LEAST = 0.02  # chances and weights below this are taken as 0: cheaper, and indistinguishable

_OPS = (
    Dimension("depth", 0, 3, kind="integer"),  # ops one after the other
    Dimension("chance", 0.2, 1.0),  # of each of them
    Dimension("geometric", 0.0, 2.0),  # weight of a geometric op; TrivialAugment's is 1
    Dimension("geometric_magnitude", 0.1, 1.0),
    Dimension("colour", 0.0, 2.0),  # weight of a colour op
    Dimension("colour_magnitude", 0.1, 1.0),
    Dimension("crop", 0.0, 1.0),
    Dimension("erasing", 0.0, 1.0),
    Dimension("erasing_magnitude", 0.1, 1.0),
    Dimension("corruption", 0.0, 0.5),  # chance of blur, noise or JPEG, of up to half strength
    Dimension("order", choices=("frame_first", "ops_first"), kind="categorical"),  # frame: flip and crop
    Dimension("mixup", 0.0, 1.0),
    Dimension("cutmix", 0.0, 1.0),
    Dimension("mix_alpha", 0.1, 2.0),
)
_MINT = MINT_WITH_CLASSES
_IDENTITY: Point = {
    "depth": 0, "chance": 1.0, "geometric": 1.0, "geometric_magnitude": 1.0, "colour": 1.0, "colour_magnitude": 1.0, "flip": "none",
    "crop": 0.0, "erasing": 0.0, "erasing_magnitude": 0.5, "corruption": 0.0, "order": "frame_first",
    "mixup": 0.0, "cutmix": 0.0, "mix_alpha": 1.0, "share": 0.0, "truncation": 1.0, "min_agreement": 0.5, "keep_quantile": 0.9,
    "balance": 0.0, "soft_labels": 0.0,
}
# Where RandAugment lies: the point nearest to its two ops, which decodes to RandAugment itself.
_RAND_AUGMENT: Point = {
    **{name: _IDENTITY[name] for name in ("chance", "geometric", "colour", "erasing", "corruption", "order", "mixup", "cutmix")},
    "crop": 0.5, "depth": 2, "geometric_magnitude": 0.3, "colour_magnitude": 0.5,
}
_MINTED: Point = {"share": 0.25, "min_agreement": 0.8, "keep_quantile": 0.8, "soft_labels": 0.5}
# Half of each batch is generated and labelled by the judge's averaged members: what an ensemble knows reaches one model.
_DISTILLED: Point = {"share": 0.5, "min_agreement": 0.0, "soft_labels": 1.0}


class ImagePolicySpace(PolicySpace):
    """Policies made of flip and crop, a chain of geometric and colour ops, erasing, corruption and mixing.

    Args:
        channels: of the images.
        image_size: (height, width) in pixels, or one number for both; 0 where it is not known.
        mint: whether generated rows are at hand; adds the dimensions of MintSettings.
        flip: the most that keeps labels true: "none" (digits, letters), "horizontal" or "both" (views from above).

    Raises:
        UserError: an argument is out of range.

    Example:
        >>> space = ImagePolicySpace(channels=3, image_size=32)
        >>> from augmint.vision.policy import trivial_augment
        >>> space.decode(space.starts()["standard"]) == trivial_augment()
        True
    """

    def __init__(self, channels: int, image_size: int | tuple[int, int], mint: bool = False, flip: str = "horizontal") -> None:
        sides = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        if channels < 1 or min(sides) < 0:
            raise UserError(f"Images of {channels} channels and {sides} pixels have no policies.", where="ImagePolicySpace")
        if flip not in FLIPS:
            raise UserError(f"flip is {flip!r}.", where="ImagePolicySpace", fix=nearest(str(flip), FLIPS))
        self.channels, self.image_size, self.mint, self.flip = channels, (sides[0], sides[1]), mint, flip
        flips = tuple(FLIPS)[:tuple(FLIPS).index(flip) + 1]
        choice = () if flip == "none" else (Dimension("flip", choices=flips, kind="categorical"),)
        self._dimensions = (*_OPS[:6], *choice, *_OPS[6:], *(_MINT if mint else ()))

    @property
    def dimensions(self) -> Sequence[Dimension]:
        return self._dimensions

    def decode(self, point: Point) -> ImagePolicy:
        """The policy at a point; coordinates left out are those of "identity". Raises UserError on an unknown coordinate."""
        for name in point:
            if name not in _IDENTITY:
                raise UserError(f"The space has no dimension {name!r}.", where="ImagePolicySpace", fix=nearest(name, _IDENTITY))
        at: Point = {**_IDENTITY, **point}
        if all(at[name] == value for name, value in _RAND_AUGMENT.items()):
            return self._rand_augment(at)
        frame = self._frame(at)
        chain = self._chain(at)
        stages = (*frame, *chain) if at["order"] == "frame_first" else (*chain, *frame)
        return ImagePolicy((*stages, *_damage(at)), _mixing(at), self._minting(at))

    def _minting(self, at: Point) -> MintSettings:
        return MintSettings.from_dict({dimension.name: float(at[dimension.name]) for dimension in _MINT} if self.mint else {})

    def _rand_augment(self, at: Point) -> ImagePolicy:
        """RandAugment's fixed magnitudes lie in no dimension: its starting point alone stands for it."""
        flip = 0.5 if self.flip != "none" and at["flip"] != "none" else 0.0
        return replace(rand_augment(flip=flip, crop=0.5), mint=self._minting(at))

    def _frame(self, at: Point) -> list[Stage]:
        flips = FLIPS[at["flip"]] if self.flip != "none" else {}
        stages = [Stage({name: 1.0}, 0.5, (1, 1)) for name in flips]
        return stages + ([Stage({"crop": 1.0}, 1.0, (at["crop"], at["crop"]))] if at["crop"] >= _LEAST else [])

    def _chain(self, at: Point) -> list[Stage]:
        weights = {"identity": 1.0}
        weights.update(dict.fromkeys(GEOMETRIC, float(at["geometric"])) if at["geometric"] >= _LEAST else {})
        weights.update(dict.fromkeys(COLOUR, float(at["colour"])) if at["colour"] >= _LEAST else {})
        scale: dict[str, float] = dict.fromkeys(GEOMETRIC, float(at["geometric_magnitude"]))
        scale.update(dict.fromkeys(COLOUR, float(at["colour_magnitude"])))
        if len(weights) == 1:
            return []
        stage = Stage(weights, float(at["chance"]), (0.0, 1.0), {name: scale[name] for name in weights if name in scale})
        return [stage] * int(at["depth"])

    def starts(self) -> Mapping[str, Point]:
        """"identity" and "standard" (TrivialAugment), then known good combinations, with `mint` some with generated rows."""
        flip = {} if self.flip == "none" else {"flip": "horizontal"}
        prior, standard = {"crop": 0.5, **flip}, {"depth": 1}
        gentle = {"depth": 1, "geometric_magnitude": 0.4, "crop": 0.3, **flip, "cutmix": 0.5}
        twice = {**gentle, "depth": 2, "crop": 0.1}
        minted: dict[str, dict[str, Any]] = {
            "gentle_twice_cutmix_distilled": {**twice, **_DISTILLED},
            "gentle_twice_cutmix_minted": {**twice, **_MINTED},
            "standard_minted": {**standard, **_MINTED},
        }
        changes: dict[str, dict[str, Any]] = {
            "identity": {},
            "standard": standard,
            "gentle_cutmix": gentle,
            "gentle_twice_cutmix": twice,
            **(minted if self.mint else {}),  # early: a search of few trials tries them too
            "rand_augment": {**_RAND_AUGMENT, **flip},
            "standard_prior": {**standard, **prior},
            "standard_cutmix": {**standard, **prior, "cutmix": 0.5},
            "prior": prior,
            "prior_mixup": {**prior, "mixup": 1.0},
        }
        names = [dimension.name for dimension in self.dimensions]
        return {start: {name: {**_IDENTITY, **change}[name] for name in names} for start, change in changes.items()}


def _damage(at: Point) -> list[Stage]:
    """Corruption and erasing, which come last."""
    stages = []
    if at["corruption"] >= _LEAST:
        stages.append(Stage({"blur": 1.0, "noise": 1.0, "jpeg": 1.0}, float(at["corruption"]), (0.0, 0.5)))
    if at["erasing"] >= _LEAST:
        stages.append(Stage({"erasing": 1.0}, float(at["erasing"]), (0.0, at["erasing_magnitude"])))
    return stages


def _mixing(at: Point) -> Mixing:
    mixup, cutmix = (at[name] if at[name] >= _LEAST else 0.0 for name in ("mixup", "cutmix"))
    total = max(1.0, mixup + cutmix)  # a row is mixed once at most
    ops = (MixOp(chance / total, float(at["mix_alpha"])) if chance else MixOp() for chance in (mixup, cutmix))
    return Mixing(*ops)
