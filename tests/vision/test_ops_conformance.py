"""Every registered op and the policies made of them pass the checks that third parties' ops must pass."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_images

from augmint.core.interfaces import Batch
from augmint.core.testing import check_op, check_policy
from augmint.vision.ops import GeometricOp, ops
from augmint.vision.policy import ImagePolicy, ImagePolicySpace, Stage, trivial_augment

POLICIES = {"identity": ImagePolicy(), "trivial augment": trivial_augment(0.5, 0.5),
            "every op": ImagePolicy((Stage(dict.fromkeys(ops(), 1)),) * 2)}


@pytest.fixture(scope="module")
def photos() -> Batch:
    """12 parts of two photographs, 24 x 24 pixels, and their labels."""
    parts = [image[y:y + 96:4, x:x + 96:4] for image in load_sample_images().images for y in (0, 160, 320) for x in (80, 400)]
    image = torch.from_numpy(np.stack(parts).transpose(0, 3, 1, 2).copy())
    label = torch.arange(12) % 3
    return {"image": image, "label": label, "soft_label": torch.eye(3)[label]}


@pytest.mark.parametrize("name", sorted(ops()))
def test_every_op_keeps_the_contract(name, photos):
    slack = 0.2 if isinstance(ops()[name], GeometricOp) else 0.1  # a square's corners come back at a quarter turn
    check_op(ops()[name], {key: photos[key] for key in ("image", "label")}, slack=slack)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_policies_keep_the_contract(name, photos):
    check_policy(POLICIES[name], photos)


@pytest.mark.parametrize("start", list(ImagePolicySpace(3, 24, mint=True).starts()))
def test_the_starting_points_of_the_search_keep_the_contract(start, photos):
    space = ImagePolicySpace(3, 24, mint=True)
    check_policy(space.decode(space.starts()[start]), photos)
