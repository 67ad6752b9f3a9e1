"""Modalities are found by entry points; what is missing names the install command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

from augmint.core.errors import MissingExtraError, UserError
from augmint.core.interfaces import (
    Discriminator,
    Generator,
    Judge,
    Modality,
    Policy,
    RowCodec,
    Task,
    get_modality,
    get_task,
    modalities,
    registry,
    tasks,
)


class Echo(Task):
    """A third party's task; discovery looks at its name alone."""

    name = "echo-sorting"
    modality = "radar"


class Radar(Modality):
    """A third party's modality."""

    name = "radar"

    def tasks(self) -> dict[str, type[Task]]:
        return {Echo.name: Echo}

    def make_codec(self, dataset: Dataset, columns: Any = None) -> RowCodec:
        raise NotImplementedError

    def load_policy(self, values: Any) -> Policy:
        raise NotImplementedError

    def load_generator(self, directory: Path) -> Generator:
        raise NotImplementedError

    def load_discriminator(self, directory: Path) -> Discriminator:
        raise NotImplementedError

    def load_judge(self, directory: Path) -> Judge:
        raise NotImplementedError


Install = Callable[..., None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Make these the only modalities, name="module:attribute"; no distribution of augmint's modalities is installed."""

    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    def put(**points: str) -> None:
        found = [EntryPoint(name, value, registry.GROUP) for name, value in points.items()]
        monkeypatch.setattr(registry, "entry_points", lambda group: found)
        monkeypatch.setattr(registry, "version", absent)
        registry.modalities.cache_clear()

    yield put
    registry.modalities.cache_clear()


def test_the_installed_vision_package_is_found() -> None:
    assert get_modality("vision").name == "vision"
    assert get_task("image-classification").modality == "vision"


def test_a_third_partys_modality_plugs_in_the_same_way(install: Install) -> None:
    install(radar=f"{__name__}:Radar")
    assert list(modalities()) == ["radar"]
    assert list(tasks()) == ["echo-sorting"]
    assert get_task("echo-sorting") is Echo
    with pytest.raises(UserError, match="Did you mean 'echo-sorting'"):
        get_task("echo-sortng")


def test_core_alone_names_the_extra_to_install(install: Install) -> None:
    install()
    for missing, extra in (("image-classification", "vision"), ("translation", "text"), ("speech-recognition", "audio")):
        with pytest.raises(MissingExtraError, match=rf'pip install "augmint\[{extra}\]"'):
            get_task(missing)
        with pytest.raises(MissingExtraError, match=rf'pip install "augmint\[{extra}\]"'):
            get_modality(extra)


def test_a_task_that_an_installed_house_lacks_is_not_offered_for_installation_again() -> None:
    with pytest.raises(UserError, match="does not offer 'object-detection'") as caught:
        get_task("object-detection")
    assert not isinstance(caught.value, MissingExtraError)


def test_an_entry_point_must_name_a_modality(install: Install) -> None:
    install(radar=f"{__name__}:Echo")
    with pytest.raises(UserError, match="must name a Modality subclass"):
        modalities()


def test_an_unknown_modality_names_the_nearest() -> None:
    with pytest.raises(UserError, match="Did you mean 'vision'"):
        get_modality("vison")
