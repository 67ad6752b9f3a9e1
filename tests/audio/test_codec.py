"""Clips come in from every form that datasets stores, and go out as files that play."""

import io
import pickle

import numpy as np
import pytest
import soundfile
import torch
from datasets import Audio, ClassLabel, Dataset, Features, Value

from augmint.audio.codec import AudioCodec
from augmint.audio.columns import as_audio, find_columns
from augmint.audio.files import to_int16, write_clip
from augmint.audio.guessing import make_codec
from augmint.audio.policy import standard_policy
from augmint.audio.rows import AudioRows
from augmint.audio.rules import ClipRules
from augmint.core import Augmenter
from augmint.core.errors import UserError

RATE = 16000


def tone(seconds=0.5, rate=RATE, hertz=440.0, level=0.5):
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def stored(samples, rate=RATE, **kind):
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, **(kind or {"format": "WAV"}))
    return {"bytes": buffer.getvalue(), "path": None}


def rows(cells, texts=None):
    data = Dataset.from_dict({"audio": cells, "text": texts or ["word"] * len(cells)})
    return as_audio(data, "audio")


def codec_of(data, rate=RATE):
    return AudioCodec({"audio": "audio", "text": "text"}, data.features, rate)


def pitch(clip, rate=RATE):
    return float(np.argmax(np.abs(np.fft.rfft(clip * np.hanning(len(clip))))) * rate / len(clip))


@pytest.mark.parametrize(
    "kind",
    [
        {"format": "WAV", "subtype": "PCM_16"},
        {"format": "WAV", "subtype": "FLOAT"},
        {"format": "FLAC", "subtype": "PCM_24"},
        {"format": "OGG", "subtype": "VORBIS"},
        {"format": "MP3", "subtype": "MPEG_LAYER_III"},
    ],
    ids=lambda kind: f"{kind['format']} {kind['subtype']}",
)
def test_every_file_format_gives_the_same_sound(kind):
    data = rows([stored(tone(), **kind)])
    batch = codec_of(data).encode(data)
    assert batch["audio"].dtype == torch.int16
    clip = batch["audio"][0, : int(batch["audio_length"][0])].numpy().astype(np.float64)
    assert abs(len(clip) - RATE // 2) < 2500, "codecs may add a frame"
    assert abs(pitch(clip) - 440) < 4
    assert abs(np.abs(clip[2000:6000]).max() / 32768 - 0.5) < 0.03


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_any_sampling_rate_is_resampled_to_the_working_rate(rate):
    data = rows([stored(tone(0.5, rate), rate)])
    batch = codec_of(data).encode(data)
    assert int(batch["audio_length"]) == RATE // 2
    assert abs(pitch(batch["audio"][0].numpy().astype(float)) - 440) < 4


def test_the_rates_that_clips_are_stored_at_are_counted():
    data = rows([stored(tone(0.5, rate), rate) for rate in (44100, 8000, 44100)])
    assert codec_of(data).facts(data) == {"at 8000 Hz": 1, "at 44100 Hz": 2}


def test_channels_are_averaged():
    left, right = tone(hertz=440), tone(hertz=1000)
    data = rows([stored(np.stack([left, right], axis=1))])
    mixed = codec_of(data).encode(data)["audio"][0].numpy() / 32768
    assert np.abs(mixed - (left + right) / 2).max() < 1e-3


@pytest.mark.parametrize("shape", ["struct", "list", "bytes", "path"])
def test_arrays_bytes_and_paths_are_clips_too(shape, tmp_path):
    wave = tone()
    soundfile.write(tmp_path / "clip.flac", wave, RATE)
    cell = {
        "struct": {"array": wave, "sampling_rate": RATE},
        "list": wave,
        "bytes": stored(wave)["bytes"],
        "path": str(tmp_path / "clip.flac"),
    }[shape]
    data = Dataset.from_dict({"audio": [cell, cell], "text": ["one", "two"]})
    batch = codec_of(data).encode(data)
    assert batch["audio"].shape == (2, len(wave))
    assert np.abs(batch["audio"][0].numpy() / 32768 - wave).max() < 1e-3
    adapted = as_audio(data, "audio")
    assert isinstance(adapted.features["audio"], Audio)
    assert adapted.column_names == data.column_names
    assert torch.equal(codec_of(adapted).encode(adapted)["audio"], batch["audio"])


def test_a_column_says_the_rate_of_bare_arrays():
    data = Dataset.from_dict({"audio": [tone(0.5, 8000)], "sampling_rate": [8000], "text": ["word"]})
    assert int(codec_of(data).encode(data)["audio_length"]) == RATE // 2


def test_what_is_written_is_read_back_bit_for_bit():
    data = rows([stored(tone(0.3)), stored(tone(0.2, hertz=900))])
    codec = codec_of(data)
    batch = codec.encode(data)
    again = Dataset.from_dict(codec.decode(batch, data.features), features=data.features)
    assert all(torch.equal(batch[name], tensor) for name, tensor in codec.encode(again).items())


@pytest.mark.parametrize("form", ["struct", "list", "whole numbers", "one channel", "struct of channels", "binary"])
def test_minted_clips_take_the_form_of_the_users_column(form):
    wave = tone()
    cell = {
        "struct": {"array": wave, "sampling_rate": RATE},
        "list": wave,
        "whole numbers": to_int16(wave),
        "one channel": wave[None],
        "struct of channels": {"array": wave[None], "sampling_rate": RATE},
        "binary": stored(wave)["bytes"],
    }[form]
    data = Dataset.from_dict({"audio": [cell], "text": ["word"]})
    codec = codec_of(data)
    batch = codec.encode(data)
    assert np.abs(batch["audio"][0].numpy() / 32768 - wave).max() < 1e-3, "whatever the numbers"
    again = Dataset.from_dict(codec.decode(batch, data.features), features=data.features)
    assert torch.equal(codec.encode(again)["audio"], batch["audio"])


def test_a_column_of_paths_cannot_hold_new_clips(tmp_path):
    soundfile.write(tmp_path / "clip.wav", tone(), RATE)
    data = Dataset.from_dict({"audio": [str(tmp_path / "clip.wav")], "text": ["word"]})
    codec = codec_of(data)
    with pytest.raises(UserError, match="no new clip can be stored"):
        codec.decode(codec.encode(data), data.features)


def test_padding_is_silent_and_the_longest_clip_sets_the_width():
    data = rows([stored(tone(0.2)), stored(tone(0.5))])
    batch = codec_of(data).encode(data)
    assert batch["audio"].shape[1] == int(batch["audio_length"].max())
    assert not batch["audio"][0, int(batch["audio_length"][0]) :].any()


@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE"])
def test_an_mp3_clip_that_is_cut_off_is_refused_and_one_that_never_said_its_length_is_not(mode):
    buffer, rng = io.BytesIO(), np.random.default_rng(0)
    quiet_then_loud = rng.normal(0, 0.1, 6 * RATE) * np.repeat([0.001, 1.0], 3 * RATE)
    options = {"bitrate_mode": mode, "compression_level": 0.5}
    soundfile.write(buffer, quiet_then_loud, RATE, format="MP3", subtype="MPEG_LAYER_III", **options)
    whole = buffer.getvalue()
    second = next(at for at in range(4, len(whole)) if whole[at : at + 2] == whole[:2])  # the first frame is the encoder's header
    data = rows([{"bytes": clip, "path": None} for clip in (whole, whole[: len(whole) // 2], whole[second:])], ["word"] * 3)
    problems = {problem.row: problem.reason for problem in codec_of(data).check(data)}
    assert list(problems) == [1]
    assert "cut off" in problems[1]


def test_every_unusable_row_is_named_with_its_reason():
    good = stored(tone())
    cells = [
        good,
        {"bytes": b"no sound file", "path": None},
        {"bytes": good["bytes"][:400], "path": None},
        stored(np.zeros(8000, dtype=np.float32)),
        stored(tone(0.005)),
        {"bytes": None, "path": "/nowhere/clip.wav"},
        good,
    ]
    data = rows(cells, [*["word"] * 6, "  "])
    problems = {problem.row: problem.reason for problem in codec_of(data).check(data)}
    assert 0 not in problems
    assert set(problems) >= {1, 3, 4, 5, 6}
    assert "cannot be decoded" in problems[1]
    assert "silent" in problems[3]
    assert "shorter" in problems[4]
    assert "no such file" in problems[5]
    assert "transcript is empty" in problems[6]


def test_numbers_that_are_not_finite_are_no_clip():
    wave = tone()
    wave[100] = np.nan
    data = rows([stored(wave, format="WAV", subtype="FLOAT")])
    assert "not finite" in codec_of(data).check(data)[0].reason
    arrays = Dataset.from_dict({"audio": [wave], "text": ["word"]})
    with pytest.raises(UserError, match="not finite"):
        codec_of(arrays).encode(arrays)


def test_a_loud_clip_is_turned_down_and_not_clipped():
    loud = 3 * tone(level=1.0)
    samples = to_int16(loud)
    assert int(np.abs(samples.astype(int)).max()) == 32767
    assert np.abs(samples / 32768 - loud / 3).max() < 2e-4, "the shape stays"


def test_full_scale_is_read_bit_for_bit():
    samples = np.array([-32768, 32767, -5, 1200] * 500, dtype=np.int16)
    data = rows([{"bytes": write_clip(samples, RATE), "path": None}])
    assert np.array_equal(codec_of(data).encode(data)["audio"][0].numpy(), samples)


def test_clips_are_worked_on_at_the_rate_of_their_policy_and_generator():
    data = rows([stored(tone(0.5))])
    codec = codec_of(data)
    codec.suit(None, standard_policy("speech-recognition", 8000))
    assert int(codec.encode(data)["audio_length"]) == 4000
    with pytest.raises(UserError, match="8000 and 16000 Hz"):
        codec.suit(standard_policy("speech-recognition", 8000), standard_policy("speech-recognition", 16000))


def test_one_long_clip_does_not_widen_the_rows_that_workers_are_sent():
    data = rows([stored(tone(0.1))] * 20)
    known = AudioRows(data, codec_of(data))
    before = len(pickle.dumps(known))
    assert known.lengths.tolist() == [1600] * 20
    assert len(pickle.dumps(known)) <= before + 100
    assert [batch["audio"].shape for batch in known.batches(15)] == [(15, 1600), (5, 1600)]


def test_the_same_samples_give_the_same_file():
    samples = to_int16(tone())
    assert write_clip(samples, RATE) == write_clip(samples.copy(), RATE)


def test_columns_are_found_by_name_or_type_and_missing_ones_are_named():
    data = rows([stored(tone())]).rename_column("text", "sentence")
    assert find_columns(data.features, {}, ("audio", "text")) == {"audio": "audio", "text": "sentence"}
    with pytest.raises(UserError, match=r"no label column.*audio, sentence"):
        find_columns(data.features, {}, ("audio", "label"))
    with pytest.raises(UserError, match="'sentenc' is not in the data"):
        find_columns(data.features, {"text": "sentenc"}, ("audio", "text"))


def test_the_only_column_of_clips_is_taken_whatever_others_are_called():
    data = rows([stored(tone())]).rename_column("audio", "recording").add_column("path", ["a.wav"])
    assert find_columns(data.features, {}, ("audio", "text"))["audio"] == "recording"


def test_augmented_copies_keep_what_else_is_known_of_their_parents():
    data = rows([stored(tone(hertz=hertz)) for hertz in (300, 500, 900)], ["a", "b", "c"])
    data = data.add_column("speaker", ["x", "y", "z"]).add_column("age", [30, None, 50])
    bigger = Augmenter(policy=standard_policy("speech-recognition")).mint(data, ratio=3.0)
    known = {row["text"]: (row["speaker"], row["age"]) for row in data.remove_columns("audio")}
    made = bigger.remove_columns("audio").select(range(3, len(bigger)))
    assert len(made) > 3
    assert all((row["speaker"], row["age"]) == known[row["text"]] for row in made)


def test_rows_of_which_nothing_is_said_are_transcribed_or_labelled_or_bare():
    clip = stored(tone())
    labelled = Dataset.from_dict({"audio": [clip], "label": [1]}).cast_column("label", ClassLabel(names=["a", "b"]))
    assert set(make_codec(rows([clip]), {}).columns) == {"audio", "text"}
    assert set(make_codec(labelled, {}).columns) == {"audio", "label"}
    assert set(make_codec(labelled.remove_columns("label"), {}).columns) == {"audio"}
    both = labelled.add_column("text", ["word"])
    assert set(make_codec(both, {"audio": "audio", "label": "label"}).columns) == {"audio", "label"}
    with pytest.raises(UserError, match="not clear"):
        make_codec(both, {})


def test_a_column_of_something_else_is_refused():
    features = Features({"audio": Value("float64"), "text": Value("string")})
    with pytest.raises(UserError, match="not clips"):
        as_audio(Dataset.from_dict({"audio": [1.0], "text": ["x"]}, features=features), "audio")


def test_generated_clips_unlike_any_real_one_are_refused_with_the_reason():
    data = rows([stored(tone(0.4)), stored(tone(0.5))], ["four", "fives"])
    codec = codec_of(data)
    real = codec.encode(data)
    rules = ClipRules.fit([real])
    assert rules(real) == [None, None]
    square = np.sign(tone(0.4)) * np.float32(0.9999999)
    odd = rows([stored(tone(0.4, level=0.005)), stored(square), stored(tone(2.0)), stored(tone(0.4))], ["four"] * 3 + ["four" * 9])
    assert rules(codec.encode(odd)) == [
        "silent",
        "clipped",
        "length unlike any real clip's",
        "too fast or slow for its transcript",
    ]


def test_a_clip_is_shown_as_a_spectrogram_and_a_player():
    data = rows([stored(tone())], ["a <b>"])
    codec = codec_of(data)
    page = codec.preview(codec.encode(data), 0)
    assert "data:image/png;base64," in page
    assert "data:audio/mpeg;base64," in page
    assert "a &lt;b&gt;" in page
