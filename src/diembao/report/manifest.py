"""The list that travels with a report: what was asked, every number, and the digest of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from diembao.errors import ReportError
from diembao.i18n import Language
from diembao.report.layout import write_rows
from diembao.report.model import FormulaValue, Number, ReportModel, Span, Word
from diembao.report.numbers import collect_numbers

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as read; `numbers` by id, `files` by name with their SHA-256."""

    language: Language
    spec: Mapping[str, Any]
    snapshot: Mapping[str, Any]
    numbers: Mapping[str, Mapping[str, Any]]
    files: Mapping[str, str]


def write_manifest(model: ReportModel, language: Language, files: Mapping[str, bytes]) -> bytes:
    """The manifest as JSON; the same report gives the same bytes."""
    snapshot = model.method.snapshot
    content = {
        "format": FORMAT,
        "software": f"diembao {snapshot.code_version}",
        "language": language,
        "created_at": model.created_at.isoformat(),
        "spec": describe_spec(model),
        "snapshot": {
            "snapshot_id": snapshot.snapshot_id,
            "created_at": snapshot.created_at.isoformat(),
            "versions": dict(snapshot.versions),
            "desk_seq": snapshot.desk_seq,
            "hashes": dict(snapshot.hashes),
            "code_version": snapshot.code_version,
            "audit_head": model.limits.audit_head,
        },
        "numbers": describe_numbers(model),
        "files": {name: digest(content) for name, content in files.items()},
    }
    return (json.dumps(content, ensure_ascii=True, sort_keys=True, indent=1) + "\n").encode("ascii")


def read_manifest(content: bytes, *, file: str = "manifest.json") -> Manifest:
    """The manifest of a report; anything that is none is a ReportError."""
    try:
        read = json.loads(content)
        if read["format"] != FORMAT or read["language"] not in ("vi", "en"):
            raise ValueError("unknown format or language")
        return Manifest(
            read["language"],
            _table(read["spec"]),
            _table(read["snapshot"]),
            {str(name): _table(number) for name, number in _table(read["numbers"]).items()},
            {str(name): str(value) for name, value in _table(read["files"]).items()},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ReportError(
            "the manifest of the report cannot be read: {file}",
            key="report.bad_manifest",
            next_step="build the report again with `diembao report build`",
            file=file,
        ) from error


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a table")
    return value


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def describe_spec(model: ReportModel) -> dict[str, Any]:
    """What was asked for, as plain values."""
    spec = model.spec
    return {
        "topic_id": spec.topic_id,
        "topic_title": spec.topic_title,
        "topic_kind": spec.topic_kind,
        "period": _plain(spec.period),
        "compare": None if spec.compare is None else _plain(spec.compare),
        "timezone": spec.timezone,
        "sample_press": spec.sample_press,
    }


def describe_numbers(model: ReportModel) -> dict[str, dict[str, Any]]:
    """Every number with formula, inputs and rows, as plain values."""
    return {number_id: _describe(number) for number_id, number in collect_numbers(model).items()}


def _describe(number: Number) -> dict[str, Any]:
    told: dict[str, Any] = {
        "value": number.value,
        "unit": number.unit,
        "basis": number.basis,
        "formula": number.formula,
        "formula_values": {name: _plain(value) for name, value in number.formula_values.items()},
        "inputs": list(number.inputs),
        "rows": write_rows(number),
    }
    if number.low is not None or number.high is not None:
        told |= {"low": number.low, "high": number.high, "level": number.level}
    if number.at_least:
        told["at_least"] = True
    if number.missing:
        told["missing"] = number.missing
    return told


def _plain(value: FormulaValue) -> str:
    match value:
        case Span(first=first, last=last):
            return f"{first.isoformat()}/{last.isoformat()}"
        case Word(key=key):
            return key
        case date():
            return value.isoformat()
    return value
