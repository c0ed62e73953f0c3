"""A headless Chromium spoken to over a pipe: a few calls of the DevTools protocol, no port, no package."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

#: Chromium reads from file descriptor 3 and writes to 4
_LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--no-default-browser-check", "--hide-scrollbars", "--disable-crash-reporter", "--disable-breakpad",
)  # fmt: skip
TIMEOUT_S = 20.0


class Browser:
    """One Chromium with its own profile; every wait is bounded."""

    def __init__(self, program: str, profile: Path) -> None:
        their_in, our_out = os.pipe()
        our_in, their_out = os.pipe()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses a sandbox to root
        command = [program, *_FLAGS, *sandbox, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LAUNCH, str(their_in), str(their_out), *command],
            pass_fds=(their_in, their_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(their_in)
        os.close(their_out)
        self._in, self._out = our_in, our_out
        self._rest = b""
        self._calls = 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait(timeout=TIMEOUT_S)
        os.close(self._in)
        os.close(self._out)

    # -------------------------------------------------------------- messages

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """One call and its result; events that come in between are kept."""
        self._calls += 1
        message: dict[str, Any] = {"id": self._calls, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + TIMEOUT_S
        while (answer := self._read(deadline)).get("id") != self._calls:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def list_events(self, session: str, *methods: str) -> list[dict[str, Any]]:
        """What came for a page so far, of some kinds."""
        return [
            event["params"]
            for event in self.events
            if event.get("sessionId") == session and event.get("method") in methods
        ]

    def wait_for(self, session: str, method: str) -> None:
        """Read until an event has come for a page."""
        deadline = time.monotonic() + TIMEOUT_S
        while not self.list_events(session, method):
            self.events.append(self._read(deadline))

    def _read(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0.0, deadline - time.monotonic()))
            part = os.read(self._in, 1 << 16) if ready else b""
            if not part:
                raise TimeoutError("Chromium did not answer")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message


class Page:
    """One page of a given width, opened and loaded, with everything it asked for and complained about."""

    def __init__(self, browser: Browser, url: str, width: int, height: int = 900) -> None:
        self._browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self._call("Page.navigate", url=url)
        browser.wait_for(self._session, "Page.loadEventFired")
        self.evaluate("document.fonts.ready.then(() => true)")

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **params)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression on the page; a promise is awaited."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def list_requests(self) -> list[str]:
        """Every address that the page asked for."""
        asked = self._browser.list_events(self._session, "Network.requestWillBeSent")
        return [event["request"]["url"] for event in asked]

    def list_complaints(self) -> list[str]:
        """Everything on the console: errors, warnings, exceptions, refusals by the page's own policy."""
        kinds = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [json.dumps(event) for event in self._browser.list_events(self._session, *kinds)]
