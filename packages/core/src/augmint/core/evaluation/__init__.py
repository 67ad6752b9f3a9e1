"""Does it help? Fidelity and diversity of generated rows, memorisation, arms, intervals and the verdict."""

from augmint.core.evaluation.arms import Arm, CompareArguments, parse_arm, parse_arms, register_extra
from augmint.core.evaluation.comparison import build_comparison
from augmint.core.evaluation.copying import CopyingTest, copying_test
from augmint.core.evaluation.density_coverage import DensityCoverage, density_coverage
from augmint.core.evaluation.frechet import frechet_distance
from augmint.core.evaluation.kernel_distance import KernelDistance, kernel_distance
from augmint.core.evaluation.memorisation import MemorisationCheck, duplicated, memorisation_check, memorised
from augmint.core.evaluation.precision_recall import PrecisionRecall, precision_recall
from augmint.core.evaluation.quality import quality_figures
from augmint.core.evaluation.statistics import ONE_SE, ArmScores, Interval, mean_interval, paired_difference
from augmint.core.evaluation.synthetic_score import SyntheticScore, synthetic_job, synthetic_score
from augmint.core.evaluation.two_sample import real_or_generated_auc
from augmint.core.evaluation.verdict import Choice, choose, explain

__all__ = [
    "ONE_SE", "Arm", "ArmScores", "Choice", "CompareArguments", "CopyingTest", "DensityCoverage", "Interval", "KernelDistance",
    "MemorisationCheck", "PrecisionRecall", "SyntheticScore", "build_comparison", "choose", "copying_test", "density_coverage",
    "duplicated", "explain", "frechet_distance", "kernel_distance", "mean_interval", "memorisation_check", "memorised",
    "paired_difference", "parse_arm", "parse_arms", "precision_recall", "quality_figures", "real_or_generated_auc",
    "register_extra", "synthetic_job",
    "synthetic_score",
]
