"""The mel vocoder against Griffin-Lim, on prompts that it was not trained on, within a budget of CPU time.

Trains on nine tenths of the prompts with `AdversarialTrainer`, then makes the others anew out of their log-mels, as does
torchaudio's InverseMelScale with GriffinLim. Interrupted, the same command goes on where it stopped.

    python benchmarks/vocoder.py --minutes 30

The default data are the prompts of Debian's package asterisk-core-sounds-en-g722, decoded by ffmpeg. Needs
torchaudio. Writes `vocoder.{md,json}` beside this file, or below --report-dir.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import torch
from torch import Tensor

from augmint.audio.mel import MelSpectrogram
from augmint.audio.vocoder import (
    MelVocoderGenerator,
    SegmentRows,
    SpectralDistance,
    VocoderObjective,
    build_vocoder,
    vocoder_defaults,
)
from augmint.core.adversarial import AdversarialArguments, AdversarialCallback, AdversarialTrainer
from augmint.core.compatibility import torchaudio as compatibility
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom

SPEECH = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
FFT_SIZES = (600, 1200, 2400)
"""Of the measured distance: not those of the training loss."""
HELD_OUT = 10
"""Every tenth prompt is kept for the test."""


# Speech ----------------------------------------------------------------------------------------------------------------------


def read_clip(path: Path, rate: int) -> Tensor:
    """int16 (samples,) at `rate`, one channel. G.722 is decoded by ffmpeg, everything else by soundfile."""
    if path.suffix == ".g722":
        command = ["ffmpeg", "-v", "error", "-nostdin", "-f", "g722", "-i", str(path), "-ac", "1", "-f", "s16le", "-"]
        wave, found = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.int16), 16_000
    else:
        both, found = soundfile.read(path, dtype="int16", always_2d=True)
        wave = both[:, 0]
    return torch.from_numpy(soxr.resample(wave, found, rate) if found != rate else wave.copy())


def read_speech(folder: Path, rate: int, cache: Path) -> dict[str, Tensor]:
    """Every clip of at least half a second below `folder`, by name; decoded once."""
    if not cache.is_file():
        paths = [path for path in sorted(folder.rglob("*")) if path.suffix in (".g722", ".wav", ".flac")]
        if any(path.suffix == ".g722" for path in paths):  # the same prompts may lie beside it at 8 kHz
            paths = [path for path in paths if path.suffix == ".g722"]
        clips = {str(path.relative_to(folder)): read_clip(path, rate).numpy() for path in paths if "silence" not in path.parts}
        clips = {name: clip for name, clip in clips.items() if len(clip) >= rate // 2}
        if len(clips) < 2 * HELD_OUT:
            fix = "Install Debian's packages asterisk-core-sounds-en-g722 and ffmpeg, or give a folder of clips by --speech."
            raise UserError(f"{folder} holds {len(clips)} clips.", where="--speech", fix=fix)
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, **clips)  # type: ignore[arg-type]
    with np.load(cache) as stored:
        return {name: torch.from_numpy(stored[name]) for name in stored.files}


# Training --------------------------------------------------------------------------------------------------------------------


class CpuTime(AdversarialCallback):
    """Counts CPU time of all threads, summed over resumes."""

    def __init__(self) -> None:
        self.used, self.since = 0.0, time.process_time()

    def seconds(self) -> float:
        return self.used + time.process_time() - self.since

    def on_train_begin(self, trainer: AdversarialTrainer) -> None:
        self.since = time.process_time()

    def on_train_end(self, trainer: AdversarialTrainer, output: Any) -> None:
        self.used, self.since = self.seconds(), time.process_time()

    def state_dict(self) -> dict[str, Any]:
        return {"used": self.seconds()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.used, self.since = float(state["used"]), time.process_time()


def plan(options: argparse.Namespace, rows: SegmentRows, batch_size: int) -> dict[str, int]:
    """Steps that fit the budget, with the discriminator and in all: measured at the first start, and kept for resumes."""
    file = options.out / "plan.json"
    if not file.is_file():
        generator, discriminator = build_vocoder(json.loads(options.values), sampling_rate=options.sampling_rate, seed=options.seed)
        batch, rng = rows.__getitems__(range(batch_size)), RowRandom(0, "plan", rows=range(batch_size))

        def seconds(count: int, adversarial: bool) -> float:
            objective = VocoderObjective(generator.config, warmup_steps=0 if adversarial else 1)
            began = 0.0
            for at in range(count + 1):
                began = time.process_time() if at == 1 else began  # the first is dearer
                if adversarial:
                    with torch.no_grad():
                        fake = objective.fakes(generator, batch, rng)
                    objective.discriminator_loss(discriminator, batch, fake, rng).total.backward()
                objective.generator_loss(generator, discriminator, batch, rng).total.backward()
            return (time.process_time() - began) / count

        budget = 60.0 * options.minutes
        late = int(budget * options.adversarial / seconds(2, True)) if options.adversarial > 0 else 0
        early = int(budget * (1 - options.adversarial) / seconds(10, False))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"warmup_steps": early, "max_steps": max(early + late, 1)}))
    steps: dict[str, int] = json.loads(file.read_text())
    return steps


def train(options: argparse.Namespace, clips: list[Tensor]) -> tuple[MelVocoderGenerator, dict[str, Any]]:
    """The averaged vocoder after the last step, and what the training cost."""
    generator, discriminator = build_vocoder(json.loads(options.values), sampling_rate=options.sampling_rate, seed=options.seed)
    rows = SegmentRows(clips)
    settings = {**vocoder_defaults(len(rows)), **json.loads(options.arguments)}
    steps = plan(options, rows, settings["per_device_train_batch_size"])
    args = AdversarialArguments.from_dict({
        **settings, "max_steps": steps["max_steps"], "output_dir": str(options.out), "seed": options.seed, "threads": 1,
        "use_cpu": True, "save_steps": 100, "disable_tqdm": not sys.stderr.isatty(),
        "warmup_steps": min(settings["warmup_steps"], steps["max_steps"] // 10),
    })  # fmt: skip
    clock, objective = CpuTime(), VocoderObjective(generator.config, warmup_steps=steps["warmup_steps"])
    trainer = AdversarialTrainer(generator, discriminator, objective, args, rows, callbacks=[clock])
    output = trainer.train(resume_from_checkpoint=True)
    trainer.save_model()
    cost = {
        **steps, "batch_size": args.per_device_train_batch_size, "learning_rate": args.learning_rate, "segments": len(rows),
        "cpu_minutes": round(clock.seconds() / 60, 2), "rollbacks": len(output.rollbacks),
        "weights": [sum(weight.numel() for weight in network.parameters()) for network in (generator, discriminator)],
    }  # fmt: skip
    return trainer.ema, cost  # type: ignore[return-value]


# Measuring -------------------------------------------------------------------------------------------------------------------


def griffin_lim(mel: MelSpectrogram, iterations: int) -> Callable[[Tensor], Tensor]:
    """torchaudio's way from log-mels (1, n_mels, frames) to waves (1, samples)."""
    import torchaudio

    bins = mel.n_fft // 2 + 1
    linear = torchaudio.transforms.InverseMelScale(bins, mel.n_mels, mel.sampling_rate, mel.f_min, mel.f_max, "slaney", "slaney")
    phases = torchaudio.transforms.GriffinLim(mel.n_fft, iterations, hop_length=mel.hop_length, power=1.0, rand_init=False)
    return lambda log_mel: phases(linear(log_mel.exp()))


@torch.no_grad()
def measure(make: Callable[[Tensor], Tensor], mel: MelSpectrogram, clips: list[Tensor]) -> dict[str, float]:
    """How far resynthesised clips are from the real ones, and seconds of speech made in a second of one thread."""
    distance = SpectralDistance(FFT_SIZES)
    mel_gaps, distances, spent, made_samples = [], [], 0.0, 0
    make(mel(clips[0][None].float() / 32_768))
    for clip in clips:
        real = clip[None].float() / 32_768
        log_mel = mel(real)
        began = time.process_time()
        made = make(log_mel)[:, : len(clip)]
        spent += time.process_time() - began
        made_samples += len(clip)
        made = torch.nn.functional.pad(made, (0, len(clip) - made.shape[1]))
        mel_gaps.append(float((mel(made) - log_mel).abs().mean()))
        distances.append(float(distance(made, real)))
    speed = made_samples / mel.sampling_rate / spent
    return {"mel": float(np.mean(mel_gaps)), "spectral": float(np.mean(distances)), "real_time": speed}


def compare(generator: MelVocoderGenerator, clips: list[Tensor]) -> dict[str, dict[str, float]]:
    """Every way of making clips out of the same mels."""
    ways: dict[str, Callable[[Tensor], Tensor]] = {"vocoder": generator.render}
    ways |= {f"Griffin-Lim, {count} iterations": griffin_lim(generator.mel, count) for count in (32, 100)}
    return {name: measure(way, generator.mel, clips) for name, way in ways.items()}


def table(result: dict[str, Any]) -> str:
    """The figures as Markdown."""
    head = ["| unseen clips | made by | mel error | spectral distance | times real time |", "|---|---|---:|---:|---:|"]
    rows = [
        f"| {where} | {name} | {values['mel']:.3f} | {values['spectral']:.3f} | {values['real_time']:.0f} |"
        for where, ways in result["measured"].items()
        for name, values in ways.items()
    ]
    return "\n".join([*head, *rows])


def page(result: dict[str, Any]) -> str:
    """The benchmark's Markdown page."""
    cost = result["training"]
    late = cost["max_steps"] - cost["warmup_steps"]
    return f"""# The mel vocoder against Griffin-Lim

{table(result)}

Command: `{result["command"]}`. Trained for {cost["cpu_minutes"]:.1f} CPU-minutes on one thread: {cost["warmup_steps"]:,} steps on
spectra alone, {late:,} more with the discriminator, {cost["batch_size"]} segments of 8192 samples each, out of
{result["train_clips"]} prompts ({result["train_minutes"]:.1f} minutes of one voice, {result["sampling_rate"]} Hz);
{cost["weights"][0]:,} weights. Every tenth prompt was kept for the test ({result["test_clips"]}).

Lower is better for both distances. Mel error: mean gap of log-mels (natural logarithms). Spectral distance: spectral convergence
plus the mean gap of log-magnitudes, in windows of {", ".join(map(str, FFT_SIZES))} samples, which were not trained on. Times real
time: seconds of speech made out of log-mels in one second of one thread's CPU time. Griffin-Lim is torchaudio's, behind its
InverseMelScale, from the same mels. Machine: {result["machine"]}.
"""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--speech", type=Path, default=SPEECH, help="folder of clips to train and test on")
    add("--other", type=Path, action="append", default=[], help="folder of another voice, to test on alone; repeatable")
    add("--out", type=Path, default=Path("runs/vocoder"), help="checkpoints and networks")
    add("--report-dir", type=Path, default=Path(__file__).parent, help="where the .md and .json go")
    add("--minutes", type=float, default=30.0, help="CPU-minutes of training; fixed by the first start")
    add("--adversarial", type=float, default=0.0, help="part of them that trains with the discriminator")
    add("--sampling-rate", type=int, default=16_000)
    add("--values", default="{}", help="JSON: configuration values of the pair")
    add("--arguments", default="{}", help="JSON: AdversarialArguments values")
    add("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> int:
    options = parse()
    torch.set_num_threads(1)
    compatibility.prepare()
    rate = options.sampling_rate
    try:
        if find_spec("torchaudio") is None:
            raise UserError("torchaudio is not installed.", where="benchmark", fix="Install it: Griffin-Lim is taken from it.")
        clips = read_speech(options.speech, rate, options.out / f"clips-{options.speech.name}-{rate}.npz")
        test = [clip for at, clip in enumerate(clips.values()) if at % HELD_OUT == 0]
        learnt = [clip for at, clip in enumerate(clips.values()) if at % HELD_OUT]
        generator, cost = train(options, learnt)
        measured = {"same voice": compare(generator, test)}
        for folder in options.other:
            others = read_speech(folder, rate, options.out / f"clips-{folder.name}-{rate}.npz")
            measured[f"another voice ({folder.name})"] = compare(generator, list(others.values())[::HELD_OUT])
    except (UserError, json.JSONDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    result = {
        "measured": measured, "training": cost, "sampling_rate": rate, "train_clips": len(learnt), "test_clips": len(test),
        "train_minutes": sum(map(len, learnt)) / rate / 60,
        "machine": f"1 thread, {platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "command": " ".join(["python", "benchmarks/vocoder.py", *sys.argv[1:]]),
    }  # fmt: skip
    options.report_dir.mkdir(parents=True, exist_ok=True)
    stem = options.report_dir / "vocoder"
    stem.with_suffix(".json").write_text(json.dumps(result, indent=2) + "\n")
    stem.with_suffix(".md").write_text(page(result))
    print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
