"""The contract between core and the modality packages: small abstract classes, one method one meaning."""

from augmint.core.interfaces.batch import Batch, batch_size, concatenate, select, to_device
from augmint.core.interfaces.codec import RowCodec, RowProblem, Rules, file_of
from augmint.core.interfaces.finetuning import Evaluation, FinetuneJob, FinetuneResult, Metric, OutputFigures
from augmint.core.interfaces.judge import Judge
from augmint.core.interfaces.mint_dimensions import MINT_WITH_CLASSES
from augmint.core.interfaces.modality import Modality
from augmint.core.interfaces.networks import Discriminator, Generator
from augmint.core.interfaces.objective import Loss, Objective
from augmint.core.interfaces.policy import Dimension, MintSettings, Op, Point, Policy, PolicySpace
from augmint.core.interfaces.registry import get_modality, get_task, modalities, tasks
from augmint.core.interfaces.rng import RowRandom, keyed_generator, keyed_seed
from augmint.core.interfaces.settings import Splits, TaskSettings
from augmint.core.interfaces.stage import OpStage, known_keys, number
from augmint.core.interfaces.task import Task

__all__ = [
    "MINT_WITH_CLASSES",
    "Batch",
    "Dimension",
    "Discriminator",
    "Evaluation",
    "FinetuneJob",
    "FinetuneResult",
    "Generator",
    "Judge",
    "Loss",
    "Metric",
    "MintSettings",
    "Modality",
    "Objective",
    "OutputFigures",
    "Op",
    "OpStage",
    "Point",
    "Policy",
    "PolicySpace",
    "RowCodec",
    "RowProblem",
    "RowRandom",
    "Rules",
    "Splits",
    "Task",
    "TaskSettings",
    "batch_size",
    "concatenate",
    "file_of",
    "get_modality",
    "get_task",
    "keyed_generator",
    "keyed_seed",
    "known_keys",
    "modalities",
    "number",
    "select",
    "tasks",
    "to_device",
]
