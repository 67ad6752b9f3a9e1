"""A clip that cannot be read is named by its row in the user's data, wherever in the work it is met."""

import numpy as np
import pytest
from datasets import Audio, Dataset

from augmint.audio.codec import AudioCodec
from augmint.audio.files import write_clip
from augmint.audio.policy import standard_policy
from augmint.core import Augmenter
from augmint.core.errors import UserError
from augmint.core.minting.rows import encode_chunks

DAMAGED = 100


@pytest.fixture(scope="module")
def rows() -> Dataset:
    wave = np.random.default_rng(0).integers(-3000, 3000, 4000).astype(np.int16)
    cells = [{"bytes": write_clip(wave, 16000), "path": None} for _ in range(DAMAGED + 20)]
    cells[DAMAGED] = {"bytes": b"no sound at all", "path": None}
    texts = [f"row {number}" for number in range(len(cells))]
    return Dataset.from_dict({"audio": cells, "text": texts}).cast_column("audio", Audio(decode=False))


def test_a_script_learns_which_row_is_damaged(rows: Dataset) -> None:
    with pytest.raises(UserError, match=rf"column 'audio', row {DAMAGED}: The clip"):
        Augmenter(policy=standard_policy("speech-recognition")).mint(rows, ratio=2.0)


def test_parts_of_the_data_are_named_by_their_places(rows: Dataset) -> None:
    codec = AudioCodec({"audio": "audio", "text": "text"}, rows.features, 16000)
    with pytest.raises(UserError, match=f"row {DAMAGED}:"):
        codec.fit_rules(rows)
    places = list(range(90, 110))
    with pytest.raises(UserError, match=f"row {DAMAGED}:"):
        encode_chunks(codec, rows.select(places), places)
