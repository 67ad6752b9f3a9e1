"""What the generator made last is on the page itself, in bounds."""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from augmint.core.interfaces.codec import SAMPLE_LINE
from augmint.core.pipeline.stages.last_samples import LIMIT, last_samples
from augmint.core.report import render_report

sys.path.insert(0, str(Path(__file__).parent))
from report_sample import whole

HEAD = "<!doctype html><meta charset=utf-8>"


def test_the_last_page_of_samples_is_shown_line_by_line(tmp_path: Path) -> None:
    for step, word in ((250, "early"), (500, "late")):
        lines = [f"<div>{word} <b>{line}</b></div>" for line in range(2)]
        (tmp_path / f"step-{step:06d}.html").write_text(SAMPLE_LINE.join([HEAD, *lines]))
    step, made = last_samples(tmp_path)
    assert (step, len(made)) == (500, 2)
    page = render_report(whole(made=made, made_at=step))
    assert "What it made after 500 steps" in page
    assert "<div>late <b>1</b></div>" in page
    assert "<div>early" not in page


def test_lines_beyond_the_pages_share_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "step-000001.html").write_text(SAMPLE_LINE.join([HEAD, *["x" * (LIMIT // 3)] * 5]))
    assert len(last_samples(tmp_path)[1]) == 3


@pytest.mark.parametrize(("width", "kind"), [(40, "png"), (1600, "jpeg")])
def test_a_grid_of_pictures_is_embedded_smaller_where_it_is_large(width: int, kind: str, tmp_path: Path) -> None:
    grid = np.random.default_rng(0).integers(0, 255, (width // 2, width, 3), dtype=np.uint8)
    Image.fromarray(grid).save(tmp_path / "step-000009.png")
    step, made = last_samples(tmp_path)
    data = made[0].partition(";base64,")[2].partition('"')[0]
    assert (step, len(made)) == (9, 1)
    assert f"data:image/{kind}" in made[0]
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == ((40, 20) if width == 40 else (640, 320))
    assert len(data) <= LIMIT
    assert made[0] in render_report(whole(made=made, made_at=step))


def test_without_samples_there_is_nothing_to_show(tmp_path: Path) -> None:
    assert last_samples(tmp_path / "none") == (0, [])
    assert "What it made after" not in render_report(whole())
