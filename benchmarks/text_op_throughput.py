"""Sentences a second of the text ops, beside nlpaug's and a plain Python loop.

All contenders run in one process on one thread, round after round, so that a busy machine slows them alike. A figure is the median
over the rounds of the process's CPU time; how much faster augmint is, is the median of the rounds' own ratios. augmint gets a
batch of tensors, as its collators hold them; "from strings" includes making tensors of strings and strings of tensors. nlpaug gets
the whole list of strings in one call. Sentences are cut from the documentation strings of Python's standard library.

    python benchmarks/text_op_throughput.py [--rounds 9] [--sentences 2000]

Writes `text_op_throughput.{md,json}` beside this file, or below --report-dir. Without nlpaug its columns stay empty.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import statistics
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from conditions import conditions

from augmint.core.interfaces import RowRandom
from augmint.core.interfaces.strings import to_strings, to_tensors
from augmint.text.ops import Setting, get_op, op_names
from augmint.text.policy import standard_policy
from augmint.text.vocabulary import collect_words

MAGNITUDE = 0.1
CHARACTER_OPS = ("typo", "lower", "upper")
PAIRED = "pair_switch"  # has nothing to do on single texts
Job = Callable[[], Any]


def sentences(count: int) -> list[str]:
    """Sentences of 5 to 40 words out of the standard library's documentation strings."""
    found: dict[str, None] = {}
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                text = " ".join((ast.get_docstring(node) or "").split())
                parts = re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)
                found.update(dict.fromkeys(part for part in parts if 5 <= len(part.split()) <= 40 and part[-1:] in ".!?"))
    chosen = sorted(found)
    random.Random(0).shuffle(chosen)
    return (chosen * (count // len(chosen) + 1))[:count]


def nlpaug_jobs(texts: list[str], words: list[str]) -> dict[str, Job]:
    """nlpaug's counterpart of our ops by name; {} where it is not installed."""
    try:
        import nlpaug.augmenter.char as nac  # type: ignore[import-not-found]
        import nlpaug.augmenter.word as naw  # type: ignore[import-not-found]
    except ImportError as error:
        print(f"nlpaug is left out: {error}")
        return {}
    every: dict[str, Any] = {"aug_p": MAGNITUDE, "aug_min": 0, "aug_max": None}
    augmenters = {
        "token_drop": naw.RandomWordAug(action="delete", **every),
        "adjacent_swap": naw.RandomWordAug(action="swap", **every),
        "switch_out": naw.RandomWordAug(action="substitute", target_words=words, **every),
        "typo": nac.RandomCharAug(action="swap", aug_word_p=MAGNITUDE, aug_char_min=1, aug_char_max=1, aug_word_min=0,
                                  aug_word_max=None),
    }
    return {name: lambda augmenter=augmenter: augmenter.augment(texts, n=1) for name, augmenter in augmenters.items()}


def plain_drop(texts: list[str]) -> list[str]:
    """Word deletion as a loop over strings: no protection, no kept whitespace, one stream for all rows."""
    return [" ".join(word for word in text.split() if random.random() >= MAGNITUDE) for text in texts]


def augmint_jobs(texts: list[str]) -> dict[str, Job]:
    """Every op of single texts, drawing included, then an op and a policy from strings to strings."""
    points, lengths = to_tensors(texts)
    batch, rows = {"text": points, "text_length": lengths}, range(len(texts))
    setting, magnitude = Setting({"text": collect_words(texts)}), torch.full((len(texts),), MAGNITUDE)

    def through(name: str) -> Job:
        op = get_op(name, setting)
        return lambda: op.apply(batch, op.draw(RowRandom(0, name, rows=rows), magnitude, batch))

    def from_strings() -> list[str]:
        op, made = get_op("token_drop"), dict(zip(("text", "text_length"), to_tensors(texts)))
        out = op.apply(made, op.draw(RowRandom(0, "drop", rows=rows), magnitude, made))
        return to_strings(out["text"], out["text_length"])

    policy = standard_policy("text-classification")
    return {**{name: through(name) for name in op_names() if name != PAIRED}, "token_drop from strings": from_strings,
            "standard policy": lambda: policy(batch, RowRandom(0, "policy", rows=rows))}


def seconds(jobs: dict[str, Job], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each job in every round; one round runs every job once, in turn."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):  # the first round warms up
        for name, job in jobs.items():
            start = time.process_time()
            job()
            if turn:
                taken[name].append(time.process_time() - start)
    return taken


def measure(count: int, rounds: int) -> dict[str, Any]:
    """Sentences a second of everything, and how many times as fast as nlpaug."""
    texts = sentences(count)
    ours = augmint_jobs(texts)
    theirs = {f"{name} in nlpaug": job for name, job in nlpaug_jobs(texts, list(collect_words(texts))).items()}
    taken = seconds({**ours, **theirs, "token_drop in plain Python": lambda: plain_drop(texts)}, rounds)
    results = {}
    for name in ours:
        peer = taken.get(f"{name.removesuffix(' from strings')} in nlpaug")
        figures = {"sentences_per_second": count / statistics.median(taken[name])}
        if peer:
            figures["nlpaug"] = count / statistics.median(peer)
            figures["times_as_fast"] = statistics.median(b / a for a, b in zip(taken[name], peer))
        results[name] = figures
    characters = sum(map(len, texts)) / count
    return {"sentences": count, "mean_characters": characters, "magnitude": MAGNITUDE, "rounds": rounds, "ops": results,
            "plain_python_token_drop": count / statistics.median(taken["token_drop in plain Python"])}


def table(report: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [f"Sentences a second at magnitude {report['magnitude']:g}: {report['sentences']} sentences of "
             f"{report['mean_characters']:.0f} characters on average, one thread, median CPU time of {report['rounds']} rounds "
             f"(load while measuring: {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores; nlpaug "
             f"{report['packages']['nlpaug'] or 'not installed'}).", "",
             "| op | kind | augmint | nlpaug | augmint is faster by |", "|---|---|---:|---:|---:|"]
    for name, figures in report["ops"].items():
        kind = "policy" if "policy" in name else "character" if name in CHARACTER_OPS else "word"
        beside = f"{figures['nlpaug']:,.0f} | {figures['times_as_fast']:.1f}" if "nlpaug" in figures else " | "
        lines.append(f"| {name} | {kind} | {figures['sentences_per_second']:,.0f} | {beside} |")
    lines += ["", "A plain Python loop that splits, drops words and joins (nothing protected, whitespace rewritten, one stream for "
              f"all rows): {report['plain_python_token_drop']:,.0f} sentences a second."]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Throughput of the text ops beside nlpaug.")
    parser.add_argument("--rounds", type=int, default=9, help="how often each contender runs")
    parser.add_argument("--sentences", type=int, default=2000, help="sentences in a batch")
    parser.add_argument("--report-dir", type=Path, default=Path(__file__).parent, help="where the .md and .json go")
    options = parser.parse_args()
    torch.set_num_threads(1)
    report = measure(options.sentences, options.rounds)
    report |= conditions("torch", "numpy", "nlpaug")
    stem = options.report_dir / "text_op_throughput"
    stem.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n")
    stem.with_suffix(".md").write_text(table(report))
    print(table(report))


if __name__ == "__main__":
    main()
