"""`diembao demo`: the sample press from an empty folder to a finished report."""

import click

COMMANDS: list[click.Command] = []
