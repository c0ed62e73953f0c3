"""What an error of the stores means for the person: a full disk, a missing right, a damaged file."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diembao.errors import CorpusError, DiembaoError, StorageError

_FULL = ("no space left", "disk full", "file too large", "quota exceeded", "not enough space")
_UNWRITABLE = ("permission denied", "read-only file system", "input/output error", "access is denied")
_FULL_CODES = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn errors of the operating system and of the stores into ours, with the place named."""
    try:
        yield
    except DiembaoError:
        raise
    except OSError as error:
        raise explain_system(path, error) from error
    except Exception as error:
        if not _is_store_error(error):
            raise
        raise explain_store(path, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the Rust stores raise when they give up
            raise
        raise explain_store(path, RuntimeError(str(error))) from error


def explain_system(path: Path, error: OSError) -> StorageError:
    """The sentence for an error of the operating system while writing."""
    reason = error.strerror or str(error)
    if error.errno in _FULL_CODES or _says(str(error), _FULL):
        return _full(path, reason)
    return _unwritable(path, reason)


def explain_store(path: Path, error: Exception) -> DiembaoError:
    """The sentence for an error that a store reports in its own words."""
    reason = _first_line(error)
    if _says(str(error), _FULL):
        return _full(path, reason)
    if _says(str(error), _UNWRITABLE):
        return _unwritable(path, reason)
    return explain_damage(path, error)


def explain_damage(path: Path, error: Exception) -> CorpusError:
    """The sentence for stored data that cannot be read as what it must be."""
    return CorpusError(
        "{file} is damaged or missing: {reason}",
        key="corpus.damaged",
        next_step="run `diembao verify` to see what is affected, then restore it from a backup",
        file=str(path),
        reason=_first_line(error),
    )


def _full(path: Path, reason: str) -> StorageError:
    return StorageError(
        "no space left to write {file}",
        key="corpus.full",
        next_step="free some space, then run the same command again; what was acknowledged is kept",
        file=str(path),
        reason=reason,
    )


def _unwritable(path: Path, reason: str) -> StorageError:
    return StorageError(
        "{file} cannot be written: {reason}",
        key="corpus.unwritable",
        next_step="check the disk and your right to write there; what was acknowledged is kept",
        file=str(path),
        reason=reason,
    )


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    lowered = text.lower()
    return any(phrase in lowered for phrase in phrases)


def _first_line(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (text.strip().splitlines() or [type(error).__name__])[0]


def _is_store_error(error: Exception) -> bool:
    module = type(error).__module__
    return module.startswith(("deltalake", "_internal", "pyarrow", "duckdb", "_duckdb", "tantivy")) or (
        # tantivy reports everything as ValueError
        isinstance(error, ValueError)
    )
