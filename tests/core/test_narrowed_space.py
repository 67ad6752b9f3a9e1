"""What the user rules out is in no policy that a search proposes, and in no baseline."""

import pytest

from augmint.audio.policy import AudioPolicySpace
from augmint.core.errors import UserError
from augmint.core.interfaces.narrowed import NarrowedSpace
from augmint.vision.policy import ImagePolicySpace


def names_of(policy):
    return {name for stage in policy.stages for name in stage.ops}


def test_no_start_and_no_point_has_what_is_ruled_out():
    space = NarrowedSpace(AudioPolicySpace("speech-recognition", 16000), ["speed", "tempo"])
    assert not {"speed", "tempo"} & {dimension.name for dimension in space.dimensions}
    assert "speed" in names_of(AudioPolicySpace("speech-recognition", 16000).decode({"speed": 1.0}))
    for start in space.starts().values():
        assert not {"speed", "tempo"} & names_of(space.decode(start))
        assert not {"speed", "tempo"} & names_of(space.decode({**start, "speed": 1.0})), "nor where a point says so"


def test_the_rest_of_the_baseline_stays():
    space = NarrowedSpace(AudioPolicySpace("speech-recognition", 16000), ["speed"])
    assert names_of(space.decode(space.starts()["standard"])) == {"frequency_drop", "time_drop"}


def test_starts_that_become_the_same_are_tried_once():
    whole = ImagePolicySpace(1, 28)
    flips = [name for name, start in whole.starts().items() if start["crop"] or start["flip"] != "none"]
    space = NarrowedSpace(whole, ["flip", "crop"])
    starts = list(map(str, space.starts().values()))
    assert flips
    assert len(starts) == len(set(starts)) < len(whole.starts())
    assert list(space.starts())[:2] == ["identity", "standard"]


def test_an_unknown_dimension_is_named_with_the_nearest():
    with pytest.raises(UserError, match="Did you mean 'tempo'"):
        NarrowedSpace(AudioPolicySpace("speech-recognition", 16000), ["tempi"])


def test_something_must_be_left():
    space = AudioPolicySpace("speech-recognition", 16000)
    with pytest.raises(UserError, match="Nothing is left"):
        NarrowedSpace(space, [dimension.name for dimension in space.dimensions])
