"""A worker process that may die: runs a named function on strangers' bytes under limits.

with Sandbox() as box:
    feed = box.call("diembao.sources.feeds:parse_feed_body", body, returns=ParsedFeed, url=url)
"""

from diembao.sandbox.box import Sandbox
from diembao.sandbox.limits import Limits
from diembao.sandbox.pool import SandboxPool
from diembao.sandbox.prescan import prescan_markup
from diembao.sandbox.quarantine import MemoryQuarantine, Quarantine, input_key
from diembao.sandbox.state import SandboxState, describe_sandbox

__all__ = [
    "Limits",
    "MemoryQuarantine",
    "Quarantine",
    "Sandbox",
    "SandboxPool",
    "SandboxState",
    "describe_sandbox",
    "input_key",
    "prescan_markup",
]
