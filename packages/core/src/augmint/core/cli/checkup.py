"""What `augmint doctor` looks at. Nothing here reaches the network."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

from augmint.core.pipeline.versions import ENGINES, OURS, installed

ROOM_FOR_A_RUN = 2**30
"""Bytes: a run keeps checkpoints, minted rows and fine-tuned models."""


@dataclass(frozen=True)
class Finding:
    """One line of the check-up; `ok` is False where something has to be mended."""

    what: str
    found: str
    ok: bool = True

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def checkup(folder: Path) -> list[Finding]:
    """Everything about this installation, and about running in `folder`."""
    return [*_machine(), *_packages(folder), *_torch(), *_audio(), *_modalities(), _disk(folder), _cache()]


def _machine() -> list[Finding]:
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [
        Finding("python", f"{platform.python_version()} at {sys.executable}{'' if fits else ': augmint wants 3.11 to 3.13'}", fits),
        Finding("machine", f"{platform.system()} {platform.machine()}, {cores} cores"),
    ]


def _packages(folder: Path) -> list[Finding]:
    """Versions against what the packages require, and against the constraints file where one is at hand."""
    wanted = {requirement.name.lower().replace("_", "-"): requirement.specifier
              for requirement in (Requirement(line) for line in requires("augmint-core") or []) if requirement.marker is None}
    tested = _constraints(folder / "constraints.txt")
    found = []
    for name in sorted({*ENGINES, *wanted}):
        number = installed(name)
        if number is None:
            found.append(Finding(name, "not installed", name not in wanted))
            continue
        fits = name not in wanted or wanted[name].contains(number, prereleases=True)
        note = f": augmint-core wants {wanted[name]}" if not fits else ""
        if not note and name in tested and Version(number).public != tested[name]:
            note = f" (tested with {tested[name]})"
        found.append(Finding(name, f"{number}{note}", fits))
    return found


def _constraints(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = (line.strip().split("==") for line in path.read_text().splitlines() if "==" in line)
    return {name.lower().replace("_", "-"): number for name, number in pairs}


def _torch() -> list[Finding]:
    try:
        import torch
    except (ImportError, OSError) as error:
        return [Finding("torch loads", str(error), False)]
    if torch.cuda.is_available():
        device = f"cuda: {torch.cuda.get_device_name(0)}"
    elif torch.backends.mps.is_available():
        device = "mps"
    else:
        device = "cpu"
    return [Finding("device", device), Finding("torch threads", str(torch.get_num_threads()))]


def _audio() -> list[Finding]:
    """What reads and writes clips; only looked at where the audio extra is installed."""
    if installed("augmint-audio") is None:
        return []
    from augmint.core.compatibility import torchaudio, torchcodec

    state = torchaudio.state()
    return [
        Finding("torchaudio", state, "cannot be imported" not in state),
        Finding("torchcodec", torchcodec.state()),
    ]


def _modalities() -> list[Finding]:
    from augmint.core.interfaces import modalities

    ours = {name: installed(name) for name in OURS}
    own = ours["augmint-core"]
    found = []
    for name, number in ours.items():
        wrong = "" if number in (None, own) else f": must equal augmint-core {own}"
        found.append(Finding(name, f"{number or 'not installed'}{wrong}", not wrong))
    try:
        offered = ", ".join(f"{name} ({', '.join(sorted(modality.tasks()))})" for name, modality in modalities().items())
        return [*found, Finding("modalities", offered or 'none: pip install "augmint[vision]"')]
    except Exception as error:  # a third party's package may fail in any way, and this is where to learn of it
        return [*found, Finding("modalities", f"{type(error).__name__}: {error}", False)]


def _disk(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding("disk", f"{folder} cannot be written: {error.strerror}", False)
    free = shutil.disk_usage(folder).free
    note = "" if free > ROOM_FOR_A_RUN else ": too little for a run"
    return Finding("disk", f"{folder} is writable, {free / 2**30:.1f} GiB free{note}", free > ROOM_FOR_A_RUN)


def _cache() -> Finding:
    from huggingface_hub.constants import HF_HUB_CACHE, HF_HUB_OFFLINE

    return Finding("hub", f"cache {HF_HUB_CACHE}" + (", offline (HF_HUB_OFFLINE)" if HF_HUB_OFFLINE else ""))
