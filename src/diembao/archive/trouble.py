"""What an error of the disk means for the person who collects: a full disk, a missing right, a write half-way."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diembao.errors import CorpusError, StorageError

_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn errors of the operating system while writing into ours, with the place named."""
    try:
        yield
    except OSError as error:
        raise explain(path, error) from error


def explain(path: Path, error: OSError) -> StorageError:
    """The sentence for an error of the operating system while writing."""
    if error.errno in _FULL:
        return StorageError(
            "no space left to write {file}",
            key="archive.full",
            next_step="free some space, then run the same command again; what was acknowledged is kept",
            file=str(path),
        )
    return StorageError(
        "{file} cannot be written: {reason}",
        key="archive.unwritable",
        next_step="check the disk and your right to write there; what was acknowledged is kept",
        file=str(path),
        reason=error.strerror or str(error),
    )


def half_way(path: Path) -> StorageError:
    """The sentence for a writer that failed before and is asked to go on."""
    return StorageError(
        "the last write to {file} failed half-way",
        key="archive.half_way",
        next_step="close the writer and open it again, that moves the rest aside",
        file=str(path),
    )


def damaged(file: str, offset: int, reason: str) -> CorpusError:
    """The sentence for evidence that is not what was written."""
    return CorpusError(
        "the record at byte {offset} of {file} is damaged: {reason}",
        key="archive.damaged",
        next_step="run `diembao verify` to see what is affected, then restore the file from a backup",
        file=file,
        offset=offset,
        reason=reason,
    )
