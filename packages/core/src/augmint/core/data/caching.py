"""Where `datasets` caches what it reads from a local folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from datasets import config


def cache_of(folder: Path) -> str | None:
    """A cache folder that changes with the files of `folder`, or None where the usual cache serves.

    `datasets` keeps what it read from a folder with a card (README.md) under the folder's last name and the card's head, neither
    its path nor its files: it would hand out the rows of another folder of that name, or those from before files were replaced.
    """
    if not any((folder / name).is_file() for name in (config.REPOCARD_FILENAME, config.REPOYAML_FILENAME)):
        return None
    state = hashlib.sha256(str(folder.resolve()).encode())
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            found = file.stat()
            state.update(f"{file.relative_to(folder)}\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
    return str(Path(config.HF_DATASETS_CACHE) / "augmint" / state.hexdigest()[:16])
