"""Installed modalities and their tasks, found by entry points."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version

from augmint.core.errors import MissingExtraError, UserError, nearest
from augmint.core.interfaces.modality import Modality
from augmint.core.interfaces.task import Task

GROUP = "augmint.modalities"

# Tasks that augmint's own extras bring: only used to name the install command when the extra is missing.
EXTRA_OF_TASK = {
    "image-classification": "vision",
    "object-detection": "vision",
    "translation": "text",
    "text-classification": "text",
    "text-generation": "text",
    "speech-recognition": "audio",
    "audio-classification": "audio",
}


@cache
def modalities() -> dict[str, Modality]:
    """Name -> modality, for every installed package that registers one."""
    found: dict[str, Modality] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        kind = point.load()
        if not (isinstance(kind, type) and issubclass(kind, Modality)):
            raise UserError(f"Entry point {point.name!r} gives {kind!r}.", where=GROUP, fix="It must name a Modality subclass.")
        found[point.name] = kind()
    return found


def get_modality(name: str) -> Modality:
    """The installed modality. Raises MissingExtraError where it is not installed."""
    installed = modalities()
    if name in installed:
        return installed[name]
    if name not in EXTRA_OF_TASK.values():
        raise UserError(f"There is no modality {name!r}.", fix=nearest(name, {*installed, *EXTRA_OF_TASK.values()}))
    if not _house_is_there(name):
        raise MissingExtraError(f"The {name} modality is not installed.", name)
    raise UserError(f"This version's {name} package offers no tasks.", fix=f"Installed: {', '.join(installed) or 'none'}.")


def _house_is_there(extra: str) -> bool:
    """Whether the extra's distribution is installed though it offers no modality in this version."""
    try:
        version(f"augmint-{extra}")
    except PackageNotFoundError:
        return False
    return True


def tasks() -> dict[str, type[Task]]:
    """Task name -> class, over all installed modalities."""
    return {name: kind for modality in modalities().values() for name, kind in modality.tasks().items()}


def get_task(name: str) -> type[Task]:
    """The task's class. Raises MissingExtraError naming the install command, or UserError naming the nearest task."""
    installed = tasks()
    if name in installed:
        return installed[name]
    extra = EXTRA_OF_TASK.get(name)
    if extra is not None and extra not in modalities() and not _house_is_there(extra):
        raise MissingExtraError(f"Task {name!r} needs the {extra} extra.", extra)
    if extra is not None:
        raise UserError(f"This version's {extra} package does not offer {name!r}.", where="task", fix=nearest(name, installed))
    raise UserError(f"There is no task {name!r}.", where="task", fix=nearest(name, {*installed, *EXTRA_OF_TASK}))
