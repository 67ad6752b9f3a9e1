"""The trained networks on disk, as minting and others load them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from torch import nn

from augmint.core.adversarial.tensors import module_tensors, write_tensors


def save_networks(directory: Path, generator: nn.Module, discriminator: nn.Module) -> None:
    """Write `generator/` and `discriminator/` below `directory`, each whole or not at all.

    By `save_pretrained` where the network has it, else its weights alone as `model.safetensors`.
    """
    for name, module in (("generator", generator), ("discriminator", discriminator)):
        final, temporary, old = directory / name, directory / f".{name}.writing", directory / f".{name}.replaced"
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        temporary.mkdir(parents=True)
        save_pretrained: Any = getattr(module, "save_pretrained", None)
        if save_pretrained is not None:
            save_pretrained(temporary)
        else:
            write_tensors(temporary / "model.safetensors", module_tensors(module))
        if final.exists():
            os.replace(final, old)
        os.replace(temporary, final)
        shutil.rmtree(old, ignore_errors=True)
