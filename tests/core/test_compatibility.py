"""Libraries whose compiled parts are missing work without them, and what cannot work says so."""

import subprocess
import sys

import pytest
from datasets import Audio, Dataset, Features, Value

from augmint.core.compatibility import datasets_audio
from augmint.core.compatibility import torchaudio as room

PACKAGE = {
    "__init__.py": "from torchaudio import _extension\nfrom torchaudio._extension import fail_if_no_align\n"
    "import torch\n@fail_if_no_align\ndef forced_align():\n    return 'aligned'\n"
    "def rnnt_loss():\n    return torch.ops.torchaudio.rnnt_loss_forward(1, blank=2)\n",
    "_extension/__init__.py": "raise {error}\n",
}
PROGRAM = """
import augmint.core
import torchaudio
print(torchaudio._extension._IS_TORCHAUDIO_EXT_AVAILABLE)
for function in (torchaudio.forced_align, torchaudio.rnnt_loss):
    try:
        function()
    except RuntimeError as error:
        print(error)
"""


def torchaudio_that(folder, statement):
    """A package of that name whose compiled part does as told when it is loaded."""
    for name, text in PACKAGE.items():
        path = folder / "torchaudio" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("raise {error}", statement))
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r})\n{PROGRAM}"]


@pytest.mark.parametrize("error", ["OSError('libcudart.so.13: not found')", "RuntimeError('built for another CUDA')"])
def test_torchaudio_is_imported_without_the_part_that_cannot_be_loaded(error, tmp_path):
    done = subprocess.run(torchaudio_that(tmp_path, f"raise {error}"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("False\n")
    assert done.stdout.count("compiled part") == 2, done.stderr


def test_a_torchaudio_that_works_is_left_alone(tmp_path):
    whole = (
        "_IS_TORCHAUDIO_EXT_AVAILABLE = True\nfail_if_no_align = lambda function: function\n"
        "import torch\ntorch.ops.torchaudio.rnnt_loss_forward = lambda *given, **more: None"
    )
    done = subprocess.run(torchaudio_that(tmp_path, whole), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "True\n"


def test_preparing_twice_changes_nothing_more():
    room.prepare()
    datasets_audio.prepare()
    before, stored = list(sys.meta_path), Audio.encode_example
    room.prepare()
    datasets_audio.prepare()
    assert sys.meta_path == before
    assert Audio.encode_example is stored


def test_encoded_audio_can_be_stored_with_or_without_torchcodec(tmp_path):
    path = str(tmp_path / "clip.wav")
    (tmp_path / "clip.wav").write_bytes(b"RIFF")
    cells = [b"abc", path, {"bytes": b"def", "path": None}, {"bytes": None, "path": path}]
    features = Features({"audio": Audio(decode=False), "text": Value("string")})
    data = Dataset.from_dict({"audio": cells, "text": ["x"] * 4}, features=features)
    assert [cell["bytes"] for cell in data["audio"]] == [b"abc", None, b"def", None]
    assert data[1]["audio"]["path"] == data[3]["audio"]["path"] == path


def test_a_cell_without_anything_is_still_refused():
    with pytest.raises((ImportError, OSError, ValueError)):
        Audio().encode_example({"bytes": None, "path": None})
