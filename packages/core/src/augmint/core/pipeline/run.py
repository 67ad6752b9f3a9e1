"""A run: a recipe, its folder, and the stages between them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout
from tqdm.auto import tqdm

from augmint.core.errors import UserError, nearest
from augmint.core.pipeline.ranks import Ranks
from augmint.core.pipeline.recipe import Recipe
from augmint.core.pipeline.renewal import STAGES, Change, discard, held_change, sweep
from augmint.core.pipeline.run_dir import RunDirectory, read_json, write_json
from augmint.core.pipeline.stopwatch import Stopwatch
from augmint.core.pipeline.workers import Workers
from augmint.core.pipeline.workshop import workshop
from augmint.core.progress import quiet


class Run:
    """A recipe at work in its folder. Stages that are done are not done again, whoever did them and however it ended.

    Under torchrun the first process does the work; the others wait, train with it, and leave.

    Args:
        recipe: what to do.
        directory: where.
        base_dir: what relative data paths start from.
        ranks: this process among those of torchrun.
    """

    def __init__(self, recipe: Recipe, directory: RunDirectory, base_dir: Path | None = None, ranks: Ranks | None = None) -> None:
        self.recipe, self.directory, self.base_dir, self.ranks = recipe, directory, base_dir, ranks or Ranks()
        self.workers = Workers(recipe.search)
        self.change = Change(())

    @classmethod
    def open(cls, recipe: Recipe, *, overwrite: bool = False, base_dir: Path | None = None) -> Self:
        """The run in `recipe.output_dir`: a new one, or the one that the same recipe has begun there.

        Raises:
            UserError: the folder holds another recipe's run or other files (unless `overwrite`), or cannot be written.
        """
        root = Path(recipe.output_dir).absolute()
        directory, ranks = RunDirectory(root), Ranks()
        if not ranks.is_main:  # the first process sees to the folder
            return cls(recipe, directory, base_dir, ranks)
        change = Change(())
        if _is_run(directory):
            change = held_change(directory, recipe, base_dir, overwrite=overwrite)
            if change.first is not None and not overwrite:
                raise UserError(
                    f"It holds the run of another recipe: {change}.",
                    where=f"output_dir {recipe.output_dir!r}",
                    fix=f"Choose another output_dir, or give --overwrite to redo it from {change.first!r} on.",
                )
        else:
            _make(root, recipe)
        run = cls(recipe, directory, base_dir, ranks)
        run.change = change
        return run

    def stage(self, name: str) -> None:
        """Do what `name` needs and has not been done, then `name`. The report is written anew: it costs seconds, and a later
        version of augmint may say more."""
        if name not in STAGES:
            raise UserError(f"There is no stage {name!r}.", fix=nearest(name, STAGES))
        if name == "report":
            for path in (self.directory.done(name), self.directory.clock(name)):
                path.unlink(missing_ok=True)
        self._go(STAGES[: STAGES.index(name) + 1])

    def all(self) -> None:
        """Every stage that is not done."""
        self._go(STAGES)

    def _go(self, stages: tuple[str, ...]) -> None:
        if not self.ranks.is_main:
            self._help()
            return
        lock = FileLock(self.directory.root / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UserError(
                "Another process is at work there.", where=f"output_dir {self.recipe.output_dir!r}", fix="Wait for it."
            ) from None
        try:
            workshop.cache_clear()  # what was in this folder, the last time that this process looked, may be gone
            sweep(self.directory)
            self._renew()
            # The recipe is the first thing kept, and only once it has been seen to be sound.
            self._do("inspect")
            for number, name in enumerate(stages, 1):
                if not self.directory.done(name).is_file():
                    _say(f"[{number}/{len(STAGES)}] {name}")
                    self._do(name)
            self.workers.close()
        finally:
            self.workers.close(abandon=True)
            self.ranks.dismiss()
            lock.release()

    def _help(self) -> None:
        """Take part in the training that the first process has begun, if any."""
        from augmint.core.pipeline.stages import train

        if self.ranks.called():
            workshop.cache_clear()
            train.join(workshop(self.directory.root), self.ranks)

    def _do(self, name: str) -> None:
        if self.directory.done(name).is_file():
            return
        with Stopwatch(self.directory.clock(name)) as watch:
            self._stages()[name]()
        write_json(self.directory.done(name), {"seconds": watch.seconds()})
        self.directory.clock(name).unlink()

    def _stages(self) -> dict[str, Callable[[], None]]:
        from augmint.core.pipeline.stages import compare, finetune, inspect, judge, mint, report, search, train

        shop, workers = workshop(self.directory.root), self.workers
        return {
            "inspect": lambda: self._inspect(inspect.run),
            "judge": lambda: judge.run(shop, workers),
            "train": lambda: train.run(shop, workers, self.ranks),
            "search": lambda: search.run(shop),
            "mint": lambda: mint.run(shop, workers),
            "finetune": lambda: finetune.run(shop, workers),
            "compare": lambda: compare.run(shop, workers, self._spent()),
            "report": lambda: report.run(shop, self._spent()),
        }

    def _inspect(self, stage: Callable[..., None]) -> None:
        stage(self.recipe, self.directory, self.base_dir)
        self._keep_recipe()

    def _renew(self) -> None:
        """Make room for a changed recipe that has been seen to be sound. It is kept last: a kill on the way leaves the old one."""
        if not self.change.keys:
            return
        from augmint.core.pipeline.stages import inspect

        first = self.change.first
        if first == "inspect":
            inspect.load(self.recipe, self.base_dir)
        elif first is not None:
            inspect.check(self.recipe, self.directory)
        discard(self.directory, self.change)
        self._keep_recipe()
        self.change = Change(())

    def _keep_recipe(self) -> None:
        unfinished = self.directory.recipe.with_name(".recipe.yaml")
        unfinished.write_text(self.recipe.to_yaml(self.base_dir), encoding="utf-8")
        os.replace(unfinished, self.directory.recipe)
        workshop.cache_clear()

    def _spent(self) -> dict[str, float]:
        """Stage -> seconds, over all the starts that it needed."""
        return {name: read_json(path)["seconds"] for name in STAGES if (path := self.directory.done(name)).is_file()}

    def summary(self) -> dict[str, Any]:
        """JSON values: what is done, where it lies, and the verdict once there is one."""
        values: dict[str, Any] = {
            "output_dir": str(self.directory.root),
            "done": [name for name in STAGES if self.directory.done(name).is_file()],
        }
        if self.directory.comparison.is_file():
            comparison = read_json(self.directory.comparison)
            values.update({key: comparison[key] for key in ("metric", "verdict", "arms", "differences")})
        if self.directory.report.is_file():
            values["report"] = str(self.directory.report)
        return values


def _is_run(directory: RunDirectory) -> bool:
    """Whether it is a run's folder; a recipe.yaml alone may be the user's own."""
    return directory.recipe.is_file() and (directory.root / "stages").is_dir()


def _make(root: Path, recipe: Recipe) -> None:
    """An empty folder that can be written."""
    where = f"output_dir {recipe.output_dir!r}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe = root / ".probe"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise UserError(f"It cannot be written ({error.strerror}).", where=where, fix="Choose another output_dir.") from error
    # A run that was killed before its recipe was kept leaves these.
    begun = ("data", "inspection.json", "stages")
    strangers = [path.name for path in root.iterdir() if not path.name.startswith(".") and path.name not in begun]
    if strangers:
        raise UserError(
            f"It holds files that are not a run's: {strangers[0]!r}.", where=where, fix="Choose an empty or new folder."
        )


def _say(text: str) -> None:
    if not quiet():
        tqdm.write(text, file=sys.stderr)
