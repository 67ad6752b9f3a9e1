"""Step 7's page: one self-contained HTML file, its plots and wording, and the model cards."""

from augmint.core.report.cards import ModelCard, model_card, write_model_card
from augmint.core.report.data import ClassSamples, Filtering, Memorisation, NeighbourPair, PseudoLabels, RejectedSample, ReportData
from augmint.core.report.page import render_report, write_report
from augmint.core.report.trials import best_trial, read_jsonl, trials_from_journal

__all__ = [
    "ClassSamples", "Filtering", "Memorisation", "ModelCard", "NeighbourPair", "PseudoLabels", "RejectedSample", "ReportData",
    "best_trial", "model_card", "read_jsonl", "render_report", "trials_from_journal", "write_model_card", "write_report",
]
