"""The user's classifier: any `AutoModelForImageClassification`, pretrained or from a scratch config."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augmint.core.errors import UserError, nearest

# A small residual network. Its stem divides by four, so pictures under 28 pixels are shown to it at twice their size.
DEFAULT_SCRATCH: dict[str, Any] = {
    "model_type": "resnet",
    "layer_type": "basic",
    "embedding_size": 32,
    "hidden_sizes": [32, 64, 128],
    "depths": [1, 1, 1],
}
_LUMA = (0.299, 0.587, 0.114)
_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Preprocessing:
    """How uint8 pixels become `pixel_values`: squeezed to `size`, scaled to [0, 1], normalised per channel."""

    size: int | None
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __call__(self, image: Tensor) -> Tensor:
        """uint8 (n, C, H, W) to float32 (n, len(mean), size, size); grayscale is repeated where the model wants colour, and colour
        made grayscale (by the luma of BT.601, as Pillow does) where it wants one channel."""
        values = image.float() / 255
        if self.size is not None and values.shape[-1] != self.size:
            shrinking = values.shape[-1] > self.size
            values = F.interpolate(values, size=(self.size, self.size), mode="bilinear", antialias=shrinking, align_corners=False)
        if values.shape[1] == 1 and len(self.mean) == 3:
            values = values.expand(-1, 3, -1, -1)
        elif values.shape[1] == 3 and len(self.mean) == 1:
            values = (values * torch.tensor(_LUMA, device=image.device)[:, None, None]).sum(1, keepdim=True)
        mean = torch.tensor(self.mean, device=image.device)[:, None, None]
        return (values - mean) / torch.tensor(self.std, device=image.device)[:, None, None]

    def save(self, directory: Path) -> None:
        """Write `augmint_preprocessing.json` beside a saved model."""
        (directory / "augmint_preprocessing.json").write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, directory: Path) -> Preprocessing:
        """What `save` wrote."""
        values = json.loads((directory / "augmint_preprocessing.json").read_text())
        return cls(values["size"], tuple(values["mean"]), tuple(values["std"]))


def channels_last(network: nn.Module) -> nn.Module:
    """The network, with its convolutions' weights laid out as CPUs and tensor cores want them: a third faster, same numbers up to
    rounding. What it computes is laid out likewise."""
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _scratch(model: Mapping[str, Any]) -> dict[str, Any]:
    given = model.get("scratch")
    if given is None:
        return dict(DEFAULT_SCRATCH)
    if not isinstance(given, Mapping) or "model_type" not in given:
        raise UserError(
            "A scratch model has no model_type.", where="model.scratch", fix="Write scratch: {model_type: resnet}, say."
        )
    base = DEFAULT_SCRATCH if given["model_type"] == "resnet" and len(given) == 1 else {}
    return {**base, **given}


def model_config(model: Mapping[str, Any], label_names: Sequence[str], channels: int, size: int) -> Any:
    """The Transformers config that a recipe's `model` section stands for. Raises UserError where it stands for none."""
    from transformers import AutoConfig, AutoModelForImageClassification

    labels = {"id2label": dict(enumerate(label_names)), "label2id": {name: i for i, name in enumerate(label_names)}}
    if name := model.get("name_or_path"):
        try:
            config = AutoConfig.from_pretrained(name, **labels)
        except (OSError, ValueError) as error:
            raise UserError(
                f"The model {name!r} cannot be loaded ({str(error).splitlines()[0]})",
                where="model.name_or_path",
                fix="Check the name, or give a local folder with config.json and weights.",
            ) from error
    else:
        values = _scratch(model)
        kind = values.pop("model_type")
        from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

        if kind not in CONFIG_MAPPING_NAMES:
            raise UserError(
                f"{kind!r} is no model type.", where="model.scratch.model_type", fix=nearest(kind, CONFIG_MAPPING_NAMES)
            )
        try:
            config = AutoConfig.for_model(kind, **{"num_channels": channels, **values}, **labels)
        except Exception as error:  # config classes validate in many ways; each message is about the user's values
            raise UserError(
                f"The config is refused: {error}", where="model.scratch", fix="See the model's documentation."
            ) from error
        unknown = [key for key in values if key != "image_size" and key not in type(config)().to_dict()]
        if unknown:
            raise UserError(
                f"{unknown[0]!r} is not a value of {kind} configs.",
                where="model.scratch",
                fix=nearest(unknown[0], type(config)().to_dict()),
            )
        config.image_size = values.get("image_size", 2 * size if kind == "resnet" and size < 28 else size)
    if type(config) not in AutoModelForImageClassification._model_mapping:
        raise UserError(f"A {config.model_type} model does not classify images.", where="model", fix="Take an image classifier.")
    return config


def build_model(
    model: Mapping[str, Any], label_names: Sequence[str], *, channels: int, size: int, seed: int
) -> tuple[nn.Module, Preprocessing]:
    """A fresh classifier, initialised from `seed`, and what to do to pixels before it sees them."""
    from transformers import AutoModelForImageClassification

    config = model_config(model, label_names, channels, size)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        if name := model.get("name_or_path"):
            network = AutoModelForImageClassification.from_pretrained(name, config=config, ignore_mismatched_sizes=True)
        else:
            network = AutoModelForImageClassification.from_config(config)
    channels_last(network)
    if not name:
        taken = int(getattr(config, "num_channels", channels))
        return network, Preprocessing(int(config.image_size), (0.5,) * taken, (0.5,) * taken)
    return network, _pretrained_preprocessing(name, config)


def _pretrained_preprocessing(name: str, config: Any) -> Preprocessing:
    from transformers import AutoImageProcessor

    mean: tuple[float, ...] = _IMAGENET_MEAN
    std: tuple[float, ...] = _IMAGENET_STD
    if not (Path(name) / "preprocessor_config.json").is_file() and Path(name).is_dir():
        side = getattr(config, "image_size", 224)
        side = side if isinstance(side, int) else side[0]
    else:
        processor = AutoImageProcessor.from_pretrained(name)
        side = processor.size.get("height") or processor.size.get("shortest_edge")
        crop = getattr(processor, "crop_size", None) if getattr(processor, "do_center_crop", False) else None
        side = (crop or {}).get("height") or side
        normalised = getattr(processor, "do_normalize", True)
        mean, std = (processor.image_mean, processor.image_std) if normalised else ((0.0,) * 3, (1.0,) * 3)
    wanted = int(getattr(config, "num_channels", None) or len(mean))
    if len(mean) != wanted:  # a processor made for colour beside a grayscale model, say
        mean, std = (fmean(mean),) * wanted, (fmean(std),) * wanted
    return Preprocessing(int(side), tuple(mean), tuple(std))
