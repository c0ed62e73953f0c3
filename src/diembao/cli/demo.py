"""`diembao demo`: the sample press from an empty folder to a finished report."""

COMMANDS: list[object] = []
