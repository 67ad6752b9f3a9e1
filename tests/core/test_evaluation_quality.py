"""Figures of generated features, each against an independent formula."""

import numpy as np
import pytest
import torch
from scipy import linalg, spatial

from augmint.core.errors import UserError
from augmint.core.evaluation import (
    density_coverage,
    frechet_distance,
    kernel_distance,
    precision_recall,
    quality_figures,
    real_or_generated_auc,
)
from augmint.core.evaluation.features import nearest_rows
from augmint.core.interfaces import keyed_generator


def normal(n, d, *key, mean=0.0, scale=1.0):
    return mean + scale * keyed_generator(0, *key).normal(size=(n, d))


def two_clouds(n, m, d):
    mixing = normal(d, d, "mixing")
    return normal(n, d, "real") @ mixing, 0.5 + normal(m, d, "fake") @ mixing.T * 0.8


def test_frechet_distance_is_that_of_the_matrix_square_root():
    real, fake = two_clouds(200, 150, 12)
    first, second = np.cov(real.T), np.cov(fake.T)
    shift = real.mean(0) - fake.mean(0)
    expected = shift @ shift + np.trace(first + second - 2 * linalg.sqrtm(first @ second).real)
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-8)


def test_frechet_distance_with_fewer_rows_than_dimensions_is_that_of_the_nuclear_norm():
    real, fake = two_clouds(20, 30, 64)
    first, second = (part - part.mean(0) for part in (real, fake))
    shift = real.mean(0) - fake.mean(0)
    cross = np.linalg.norm(first @ second.T, "nuc") / np.sqrt(19 * 29)
    expected = shift @ shift + first.var(0).sum() * 20 / 19 + second.var(0).sum() * 30 / 29 - 2 * cross
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_of_large_samples_is_that_of_the_gaussians():
    real, fake = normal(40_000, 3, "a"), normal(40_000, 3, "b", mean=2.0, scale=3.0)
    assert frechet_distance(real, fake) == pytest.approx(3 * 2.0**2 + 3 * (3 - 1) ** 2, rel=0.03)


@pytest.mark.parametrize("n", [2, 5, 300])
def test_frechet_distance_to_itself_is_zero_and_never_negative(n):
    rows = torch.from_numpy(normal(n, 40, "self", mean=1000.0)).float()
    assert 0 <= frechet_distance(rows, rows) < 1e-3
    assert frechet_distance(rows, rows + 1e-6) >= 0


def test_frechet_distance_of_one_dimension():
    assert frechet_distance(np.array([[0.0], [2.0]]), np.array([[5.0], [7.0]])) == pytest.approx(25.0)


def test_kernel_distance_is_the_u_statistic():
    real, fake = two_clouds(15, 15, 4)
    kernel = lambda x, y: (x @ y / 4 + 1) ** 3  # noqa: E731
    pairs = [(i, j) for i in range(15) for j in range(15)]
    within = sum(kernel(real[i], real[j]) + kernel(fake[i], fake[j]) for i, j in pairs if i != j) / (15 * 14)
    across = sum(kernel(real[i], fake[j]) for i, j in pairs) / 15**2
    found = kernel_distance(real, fake)
    assert found.mean == pytest.approx(within - 2 * across)
    assert (found.std, found.subset_size) == (0.0, 15)


def test_kernel_distance_is_unbiased_in_small_samples_and_grows_with_the_shift():
    same = np.mean([kernel_distance(normal(20, 4, "x", i), normal(20, 4, "y", i)).mean for i in range(200)])
    moved = [kernel_distance(normal(300, 4, "x"), normal(300, 4, "y", mean=shift)).mean for shift in (0.0, 0.5, 1.0)]
    assert abs(same) < 0.1
    assert moved[0] < moved[1] < moved[2]


def test_kernel_distance_draws_the_same_subsets_every_time():
    real, fake = two_clouds(300, 200, 4)
    first = kernel_distance(real, fake, subsets=5, subset_size=50)
    assert first == kernel_distance(real, fake, subsets=5, subset_size=50)
    assert first != kernel_distance(real, fake, subsets=5, subset_size=50, seed=1)
    assert first.std > 0


def brute_precision(manifold, rows, k):
    radii = np.sort(spatial.distance.cdist(manifold, manifold), axis=1)[:, k]
    return (spatial.distance.cdist(rows, manifold) <= radii).any(axis=1).mean()


def test_precision_and_recall_are_those_of_the_definition():
    real, fake = two_clouds(80, 60, 3)
    found = precision_recall(real, fake, k=3)
    assert found.precision == pytest.approx(brute_precision(real, fake, 3))
    assert found.recall == pytest.approx(brute_precision(fake, real, 3))


def test_dropped_modes_lower_recall_and_coverage_but_not_precision():
    modes = [normal(100, 4, "mode", i, mean=20.0 * i) for i in range(4)]
    fakes = np.concatenate([normal(100, 4, "fake mode", i, mean=20.0 * i) for i in range(2)])
    manifolds, balls = precision_recall(np.concatenate(modes), fakes), density_coverage(np.concatenate(modes), fakes)
    assert manifolds.precision > 0.8
    assert manifolds.recall < 0.6
    assert balls.coverage < 0.6


def test_invented_rows_lower_precision_and_density_but_not_recall():
    real = normal(200, 4, "real")
    fakes = np.concatenate([normal(200, 4, "good"), normal(200, 4, "bad", mean=30.0)])
    manifolds, balls = precision_recall(real, fakes), density_coverage(real, fakes)
    assert manifolds.precision < 0.55
    assert manifolds.recall > 0.8
    assert balls.density < 0.7


def test_density_and_coverage_are_those_of_the_definition():
    real, fake = two_clouds(70, 90, 3)
    radii = np.sort(spatial.distance.cdist(real, real), axis=1)[:, 5]
    inside = spatial.distance.cdist(real, fake) < radii[:, None]
    found = density_coverage(real, fake, k=5)
    assert found.density == pytest.approx(inside.sum() / (5 * 90))
    assert found.coverage == pytest.approx(inside.any(axis=1).mean())


def test_a_perfect_generator_has_density_one_and_the_expected_coverage():
    found = density_coverage(normal(2000, 4, "p"), normal(2000, 4, "q"), k=3)
    assert found.density == pytest.approx(1, abs=0.08)
    assert found.coverage == pytest.approx(1 - 2.0**-3, abs=0.03)


def test_distances_to_copies_are_exactly_zero():
    rows = normal(500, 64, "copies", mean=100.0)
    distances, index = nearest_rows(rows[:20], rows)
    assert (distances == 0).all()
    assert (index[:, 0] == np.arange(20)).all()
    assert (nearest_rows(None, rows)[0] > 0).all()


def test_what_looks_alike_cannot_be_told_apart_and_a_little_shift_can():
    rows = normal(400, 8, "told apart")
    assert 0.4 < real_or_generated_auc(rows[:200], rows[200:]) < 0.6
    shifted = [real_or_generated_auc(rows[:200], rows[200:] + shift) for shift in (0.2, 0.5, 3.0)]
    assert shifted == sorted(shifted)
    assert shifted[-1] > 0.99
    assert real_or_generated_auc(rows[:3], rows[3:5]) >= 0, "few rows are no failure"
    assert real_or_generated_auc(rows[:50], np.zeros((50, 8))) >= 0, "nor is a generator that makes one thing only"


def test_all_figures_come_with_their_sample_sizes_and_any_kind_of_rows():
    images = torch.from_numpy(normal(30, 16, "images")).float().reshape(30, 1, 4, 4).requires_grad_(True)
    figures = quality_figures(images, images.detach()[:20] + 0.1)
    assert (figures["n_real"], figures["n_fake"]) == (30, 20)
    assert all(isinstance(value, float) and np.isfinite(value) for value in figures.values())
    assert figures == quality_figures(images, images.detach()[:20] + 0.1)


@pytest.mark.parametrize(("fake", "message"), [
    (np.full((5, 3), np.nan), "5 of 5 fake feature rows are not finite"),
    (np.zeros((1, 3)), "n >= 2"),
    (np.zeros(7), "n >= 2"),
    (np.zeros((5, 4)), "3 dimensions and fake ones 4"),
])
def test_features_that_cannot_be_measured_are_refused(fake, message):
    with pytest.raises(UserError, match=message):
        quality_figures(normal(5, 3, "real"), fake)
