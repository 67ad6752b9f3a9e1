"""A small run's figures for the report's tests: real shapes, numbers made up by formula."""

from __future__ import annotations

import base64
import dataclasses
import math
from typing import Any

from augmint.core.interfaces import Metric
from augmint.core.report import ClassSamples, Filtering, Memorisation, NeighbourPair, PseudoLabels, RejectedSample, ReportData

ACCURACY = Metric("accuracy", unit="%", decimals=1)
ARMS = {"original": 88.0, "standard": 90.0, "policy": 90.5, "minted": 89.5, "policy+minted": 92.0}


def image(size: int = 100) -> str:
    return f'<img alt="a digit" src="data:image/png;base64,{base64.b64encode(bytes(size)).decode()}" width="56">'


def arm(mean: float) -> dict[str, Any]:
    return {"scores": [mean - 0.5, mean, mean + 0.5], "mean": mean, "ci95": [mean - 0.8, mean + 0.8], "covers": "seeds"}


def comparison(use: str = "policy+minted", half: float = 0.6) -> dict[str, Any]:
    pairs = [(a, b) for a in ARMS for b in ("standard", "original") if a != b]
    means = {f"{a} - {b}": ARMS[a] - ARMS[b] for a, b in pairs}
    gaps = {name: {"mean": mean, "ci95": [mean - half, mean + half]} for name, mean in means.items()}
    return {"task": "image-classification", "metric": "accuracy", "greater_is_better": True, "steps": 300, "seeds": [3, 4, 5],
            "arms": {name: {**arm(mean), "validation": arm(mean + 1)} for name, mean in ARMS.items()}, "differences": gaps,
            "verdict": {"use": use, "reason": "It is ahead on validation."}, "cost": {"train": 71.0, "search": 3700.0}}


def train_log() -> list[dict[str, Any]]:
    log: list[dict[str, Any]] = []
    for step in [*range(10, 310, 10), *range(210, 510, 10)]:
        if step == 210 and log[-1]["step"] == 300:
            log.append({"step": 300, "event": "rollback", "reason": "generator_loss exploded to 1e+04", "to": 200})
        log.append({"step": step, "discriminator_loss": 0.7 + 1 / step, "generator_loss": 1.0, "real_score": 0.5,
                    "fake_score": -0.5, "ada_p": 0.1, "r1": None, "seconds": 0.1 * step})
        if step % 100 == 0:
            log.append({"step": step, "event": "evaluate", "frechet": 900 / step, "kernel": 0.1, "precision": 0.8, "recall": 0.5,
                        "density": 0.9, "coverage": 0.7})
    return log


def long_log() -> list[dict[str, Any]]:
    """A log of 20,000 lines."""
    noise = [math.sin(at * 12.9898) for at in range(20_000)]
    line = train_log()[0]
    return [{**line, "step": at, "discriminator_loss": 1 + value, "real_score": value, "frechet": 3 + value,
             "kernel": 1 + value, "precision": 0.5 + value / 3} for at, value in enumerate(noise)]


def trials() -> list[dict[str, Any]]:
    names = {0: "identity", 1: "standard"}
    status = {5: "pruned", 7: "failed"}
    return [{"trial": at, "name": names.get(at), "status": status.get(at, "finished"), "fidelities": {}, "seconds": 2.0,
             "value": None if at in status else 80 + math.log(at + 1)} for at in range(12)]


def whole(**changes: Any) -> ReportData:
    """Every field filled; `changes` replace some."""
    data = ReportData(
        task="image-classification", metric=ACCURACY, dataset="digits", model="resnet from scratch",
        generator="r3gan, 0.3 M parameters", judge="resnet trained on the training split",
        splits={"train": 100, "validation": 300, "test": 1397}, comparison=comparison(), trials=trials(),
        importance={"share": 0.7, "mixup": 0.3}, importance_note="From 10 trials.", objective="validation accuracy",
        finalists=[{"trial": 11, "name": "trial 11", "mean": 82.0, "standard_error": 0.2, "behind": 0.0, "behind_error": None}],
        search_reason="trial 11 has the best mean.", train_log=train_log(),
        policy={"modality": "vision", "version": 1, "stages": [{"ops": {"crop": 1.0}, "probability": 0.5, "magnitude": [0, 1]}],
                "mix": {}, "mint": {"share": 0.25}},
        quality={"frechet": 2.0, "kernel": 0.01, "kernel_std": 0.002, "n_real": 100.0, "n_fake": 100.0},
        samples=[ClassSamples("zero", [image()] * 3, [image()] * 3), ClassSamples("one", [image()], [])],
        neighbours=Memorisation(0.0, 0.01, None, 500, [NeighbourPair(image(), image(), 0.25, "zero")], [0.5, 0.6], [0.4, 0.7]),
        filtering=Filtering(900, 500, {"label not recognised": 380, "memorised": 20}, [RejectedSample(image(), "memorised", "1")]),
        pseudo_labels=PseudoLabels(1000, 600, 0.8, None, {"zero": 300, "one": 300}),
        warnings=["3 test rows also occur in train."], versions={"augmint": "0.1.0"}, seeds={"run": 0, "arms": [3, 4, 5]},
        hardware={"device": "CPU"}, command="augmint run digits.yaml", recipe="seeds: [3, 4]\n",
    )
    return dataclasses.replace(data, **changes)
