"""The command line: parses words, calls use cases, prints results; no behaviour lives only here."""

from __future__ import annotations


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    from diembao.cli.root import invoke

    return invoke(arguments)
