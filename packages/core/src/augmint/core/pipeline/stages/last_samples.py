"""The last samples of adversarial training, as the report embeds them."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image

from augmint.core.interfaces.codec import SAMPLE_LINE

LIMIT = 1_000_000
"""Characters of the page that they may take."""
_WIDEST = 640  # pixels of a grid that would take more


def last_samples(folder: Path) -> tuple[int, list[str]]:
    """The step, and HTML line by line: the first lines of a page, or a grid of pictures. (0, []) where there are none."""
    files = sorted(folder.glob("step-*.*"))
    if not files:
        return 0, []
    step = int(files[-1].stem.removeprefix("step-"))
    if files[-1].suffix != ".html":
        return step, [_picture(files[-1])]
    kept, size = [], 0
    for line in files[-1].read_text(encoding="utf-8").split(SAMPLE_LINE)[1:]:
        size += len(line)
        if size > LIMIT:
            break
        kept.append(line)
    return step, kept


def _picture(path: Path) -> str:
    data = path.read_bytes()
    if len(data) * 4 / 3 > LIMIT:
        with Image.open(path) as picture:
            small = picture.convert("RGB")
        small.thumbnail((_WIDEST, 4 * _WIDEST))
        buffer = io.BytesIO()
        small.save(buffer, "JPEG")
        data = buffer.getvalue()
    kind = "jpeg" if data.startswith(b"\xff\xd8") else "png"
    return f'<img src="data:image/{kind};base64,{base64.b64encode(data).decode()}" alt="samples of the generator, a line a class">'
