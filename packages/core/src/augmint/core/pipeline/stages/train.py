"""Steps 2 to 4: the generator against the discriminator."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import torch

from augmint.core.adversarial import AdversarialArguments, AdversarialOutput, AdversarialTrainer
from augmint.core.adversarial.saving import save_networks
from augmint.core.data.subsets import limited
from augmint.core.evaluation import quality_figures
from augmint.core.interfaces import Batch, Generator, Judge, Objective, RowCodec, RowRandom, concatenate
from augmint.core.pipeline.ranks import Ranks
from augmint.core.pipeline.run_dir import write_json
from augmint.core.pipeline.workers import Workers
from augmint.core.pipeline.workshop import Workshop
from augmint.core.progress import quiet

QUALITY_ROWS = 1000
BLOCK = 64
LOOK_STEPS = 250
"""Steps between sample grids, and between quality figures."""
SAMPLES, SAMPLED_CLASSES = 8, 20
Judging: TypeAlias = Callable[[Generator, int], Mapping[str, float]]
Sampling: TypeAlias = Callable[[Generator, int], None]


def run(shop: Workshop, workers: Workers, ranks: Ranks) -> None:
    """Leaves `generator/`, `discriminator/` and the log and checkpoints in `checkpoints/`; `start/` where training does not begin
    from noise."""
    task, directory, arguments = shop.task, shop.directory, arguments_of(shop)
    task.pretrain(directory.start, workers.executor, arguments.max_steps, shop.pseudo_labelled)
    judge = shop.judge
    with ranks.together():
        trainer = _trainer(shop, arguments, Evaluator(shop, judge), Sampler(shop, directory.checkpoints / "samples"))
        output = trainer.train(resume_from_checkpoint=True)
    unfinished = directory.root / ".networks"
    shutil.rmtree(unfinished, ignore_errors=True)
    generator, discriminator, figures = task.accept(trainer.ema, trainer.discriminator, directory.start)
    save_networks(unfinished, generator, discriminator)
    for name, target in (("generator", directory.generator), ("discriminator", directory.discriminator)):
        shutil.rmtree(target, ignore_errors=True)
        os.replace(unfinished / name, target)
    shutil.rmtree(unfinished, ignore_errors=True)
    write_json(directory.adversarial, summary_of(output, trainer.objective) | figures)


def join(shop: Workshop, ranks: Ranks) -> None:
    """Train beside the process that does `run`. That one evaluates and writes."""
    with ranks.together():
        trainer = _trainer(shop, arguments_of(shop), lambda generator, step: {}, lambda generator, step: None)
        trainer.train(resume_from_checkpoint=True)


def arguments_of(shop: Workshop) -> AdversarialArguments:
    """The recipe's, over the task's, over the run's own."""
    values = {
        "disable_tqdm": quiet(),
        "sample_steps": LOOK_STEPS,
        "eval_steps": LOOK_STEPS,
        **shop.task.adversarial_defaults(),
        **shop.recipe.adversarial,
    }
    return AdversarialArguments(**{**values, "output_dir": str(shop.directory.checkpoints), "seed": shop.recipe.seed})


def _trainer(shop: Workshop, arguments: AdversarialArguments, evaluator: Judging, sampler: Sampling) -> AdversarialTrainer:
    generator, discriminator, objective = shop.task.adversarial_networks(shop.directory.start)
    return AdversarialTrainer(
        generator,
        discriminator,
        objective,
        args=arguments,
        train_dataset=shop.task.adversarial_rows(shop.pseudo_labelled),
        evaluator=evaluator,
        sampler=sampler,
    )


def summary_of(output: AdversarialOutput, objective: Objective) -> dict[str, Any]:
    """What the report says of the training, and whether the discriminator's scores may decide anything."""
    trained = objective.discriminator_trained
    return {"steps": output.global_step, "rollbacks": output.rollbacks, "stopped": output.stopped, "discriminator_trained": trained}


class Evaluator:
    """Quality of generated rows against the real training rows in the judge's features; the real side is computed once. Rows are
    held a block at a time: clips can be two minutes long."""

    def __init__(self, shop: Workshop, judge: Judge) -> None:
        self.judge, self.seed, self.codec = judge, shop.recipe.seed, shop.task.codec
        train, labels = shop.task.splits.train, self.codec.labels(shop.task.splits.train)
        if len(train) > QUALITY_ROWS:  # stratified, since rows often lie sorted by class
            chosen = limited(labels, len(train), QUALITY_ROWS, self.seed, "quality")
            train, labels = train.select(chosen), None if labels is None else [labels[row] for row in chosen]
        self.train, self.labels = train, None if labels is None else torch.tensor(labels, dtype=torch.int64)
        self.features = torch.cat([judge.embed(self.codec.encode(train.select(block))) for block in self._blocks()])

    def __call__(self, generator: Generator, step: int) -> dict[str, float]:
        """Figures of `quality_figures` for as many generated rows as there are real ones, always the same noise."""
        rng = RowRandom(self.seed, "quality", rows=range(len(self.train)))
        fake = []
        for block in self._blocks():
            batch = sample(generator, self.codec, self._condition(generator, block), len(block), rng.take(list(block)))
            fake.append(self.judge.embed(batch))
        return quality_figures(self.features, torch.cat(fake))

    def _blocks(self) -> Iterator[range]:
        return (range(at, min(at + BLOCK, len(self.train))) for at in range(0, len(self.train), BLOCK))

    def _condition(self, generator: Generator, block: range) -> Batch:
        """Labels, and of rows what the generator makes others of."""
        if generator.conditioned_on:
            return self.codec.encode_roles(self.train.select(block), generator.conditioned_on)
        return {} if self.labels is None else {"label": self.labels[list(block)]}


class Sampler:
    """Writes what the generator makes of the same noise and conditions at every step: one file a step, a row of it a class."""

    def __init__(self, shop: Workshop, folder: Path) -> None:
        self.codec, self.seed, self.folder = shop.task.codec, shop.recipe.seed, folder
        classes = min(len(self.codec.label_names or ()), SAMPLED_CLASSES)
        labels = torch.arange(max(1, classes)).repeat_interleave(SAMPLES)
        self.condition: Batch = {"label": labels} if classes else {}
        self.train, self.rows = shop.task.splits.train, len(labels)

    def __call__(self, generator: Generator, step: int) -> None:
        rng = RowRandom(self.seed, "samples", rows=range(self.rows))
        condition = self.condition
        if generator.conditioned_on:
            shown = self.train.select([row % len(self.train) for row in range(self.rows)])
            condition = condition | self.codec.encode_roles(shown, generator.conditioned_on)
        batch = sample(generator, self.codec, condition, self.rows, rng)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.codec.save_samples(batch, self.folder / f"step-{step:06d}", SAMPLES)


@torch.no_grad()
def sample(generator: Generator, codec: RowCodec, condition: Batch, n: int, rng: RowRandom) -> Batch:
    """Generated rows, on the CPU and as the codec encodes real ones."""
    device = next(generator.parameters()).device
    parts = []
    for at in range(0, n, BLOCK):
        index = range(at, min(at + BLOCK, n))
        own = {name: tensor[at : at + BLOCK].to(device) for name, tensor in condition.items()}
        batch = generator.sample(len(index), own or None, rng=rng.take(list(index)))
        parts.append({name: tensor.cpu() for name, tensor in codec.from_network(batch).items()})
    return concatenate(parts)
