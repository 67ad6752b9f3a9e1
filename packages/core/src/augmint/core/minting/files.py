"""Files that are there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from augmint.core.errors import UserError


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file beside `path`, then rename. A killed writer leaves no torn file under the name."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.parent / f".{path.name}.{uuid.uuid4().hex}"
        with open(scratch, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except OSError as error:
        raise UserError(f"{str(path)!r} cannot be written: {error.strerror}.", where="output_dir") from error


def write_table(path: Path, table: pa.Table) -> None:
    """A parquet file, atomically. The same table gives the same bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=512, compression="snappy")
    write_atomically(path, sink.getvalue().to_pybytes())


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    return pq.read_table(path, columns=columns, partitioning=None)


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
