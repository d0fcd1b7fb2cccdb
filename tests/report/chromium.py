"""Chromium without a window, spoken to over a pipe: what a page does, and what it looks like.

The pipe (two descriptors, messages that end with a zero byte) needs no port and no library.
"""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

__all__ = ["Page", "browser"]

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    # Nothing but loopback would be reached, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_SECONDS = 60


class _Browser:
    def __init__(self, folder: Path) -> None:
        (reads, self._out), (self._in, writes) = os.pipe(), os.pipe()
        # The browser reads descriptor 3 and writes 4.
        line = f'exec "$@" 3<&{reads} 4>&{writes}'
        self._process = subprocess.Popen(
            ["bash", "-c", line, "-", "chromium", *_FLAGS, f"--user-data-dir={folder}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(reads, writes),
        )
        os.close(reads)
        os.close(writes)
        self._number = 0
        self._rest = b""
        self.events: list[dict[str, object]] = []

    def call(self, method: str, session: str = "", **parameters: object) -> dict[str, object]:
        """Send one command; events that come before its answer are kept."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self._message())
            if answer.get("id") == self._number:
                break
            self.events.append(answer)
        assert "error" not in answer, (method, answer["error"])
        result: dict[str, object] = answer["result"]
        return result

    def _message(self) -> bytes:
        while b"\0" not in self._rest:
            assert select.select([self._in], [], [], _SECONDS)[0], "chromium does not answer"
            more = os.read(self._in, 1 << 20)
            assert more, "chromium has ended"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        return message

    def close(self) -> None:
        os.close(self._out)
        os.close(self._in)
        self._process.terminate()
        self._process.wait(10)


class Page:
    """One page that was opened. ``errors`` are lines of its console, and failures of scripts."""

    def __init__(
        self, of: _Browser, path: Path, *, scheme: str = "light", width: int = 1280
    ) -> None:
        self._browser = of
        made = of.call("Target.createTarget", url="about:blank")
        self._target = str(made["targetId"])
        attached = of.call("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = str(attached["sessionId"])
        for area in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{area}.enable")
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", **size)
        self.media("screen", scheme)
        self._before = len(of.events)
        self._url = path.absolute().as_uri()
        self._call("Page.navigate", url=self._url)
        self._until_loaded()

    def __enter__(self) -> Page:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._browser.call("Target.closeTarget", targetId=self._target)

    def _call(self, method: str, **parameters: object) -> dict[str, object]:
        return self._browser.call(method, self._session, **parameters)

    def _until_loaded(self) -> None:
        state = "new Promise(done => document.readyState == 'complete' ? done('complete')"
        state += " : addEventListener('load', () => done('complete')))"
        assert self.value(f"{state}") == "complete"

    def value(self, expression: str) -> object:
        """What an expression of JavaScript gives; promises are waited for."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        result = answer["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def click(self, selector: str) -> None:
        """Click in the middle of the first element, as a person does."""
        spot = f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
        spot += " e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
        spot += " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        place = self.value(spot)
        assert isinstance(place, list)
        for kind in ("mousePressed", "mouseReleased"):
            self._call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=place[0],
                y=place[1],
                button="left",
                clickCount=1,
            )

    def press(self, key: str) -> None:
        """Press Tab, Enter or Space."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        known = {"key": key, "windowsVirtualKeyCode": codes[key]}
        text = {"text": "\r" if key == "Enter" else key} if key != "Tab" else {}
        self._call("Input.dispatchKeyEvent", type="keyDown", **known, **text)
        self._call("Input.dispatchKeyEvent", type="keyUp", **known)

    def allow_clipboard(self) -> None:
        """Let the page write the clipboard, and us read it."""
        allowed = ["clipboardReadWrite", "clipboardSanitizedWrite"]
        self._browser.call("Browser.grantPermissions", permissions=allowed)

    def media(self, kind: str, scheme: str = "light") -> None:
        """Show the page as on a screen or on paper, light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._call("Emulation.setEmulatedMedia", media=kind, features=features)

    def screenshot(self, path: Path) -> None:
        """The whole page as PNG."""
        taken = self._call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(str(taken["data"])))

    def print(self, path: Path) -> None:
        """The page on A4 as PDF."""
        printed = self._call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)
        path.write_bytes(base64.b64decode(str(printed["data"])))

    @property
    def errors(self) -> list[str]:
        """What went wrong in the page so far: console, scripts, and what the policy stopped."""
        self.value("1")
        wanted = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        return [json.dumps(one) for one in self._own() if one["method"] in wanted]

    @property
    def requests(self) -> list[str]:
        """Every address that was asked for, but that of the page itself."""
        self.value("1")
        sent = [one for one in self._own() if one["method"] == "Network.requestWillBeSent"]
        urls = [json.loads(json.dumps(one))["params"]["request"]["url"] for one in sent]
        return [url for url in urls if url.partition("#")[0] != self._url]

    def _own(self) -> list[dict[str, object]]:
        events = self._browser.events[self._before :]
        return [one for one in events if one.get("sessionId") == self._session]


@contextmanager
def browser(folder: Path) -> Iterator[_Browser]:
    """A browser with a profile of its own in ``folder``."""
    started = _Browser(folder)
    try:
        yield started
    finally:
        started.close()
