"""Hold every page and worker until it looks as the browser profile says."""

from collections.abc import Mapping, Sequence
from typing import Any

from deployments.standins.multilogin_x.browsers.pipe import DevToolsPipe
from deployments.standins.multilogin_x.browsers.plan import Emulation

_ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}


class Emulator:
    """Sends the plan's commands to each new target; lasts as long as the pipe."""

    def __init__(self, pipe: DevToolsPipe, emulation: Sequence[Emulation]) -> None:
        self._pipe = pipe
        self._emulation = tuple(emulation)

    async def begin(self) -> None:
        """Meet the pages that are there, and all that come."""
        if not self._emulation:
            return
        self._pipe.listen(self._hear)
        await self._pipe.ask("Target.setAutoAttach", _ATTACH)

    def _hear(self, message: Mapping[str, Any]) -> None:
        if message.get("method") != "Target.attachedToTarget":
            return
        told = message["params"]
        kind, inside = str(told["targetInfo"]["type"]), str(told["sessionId"])
        for one in self._emulation:
            if kind in one.targets:
                self._pipe.send(one.method, one.parameters, inside)
        # Commands are carried out in order, so nothing has to be waited for.
        self._pipe.send("Target.setAutoAttach", _ATTACH, inside)
        self._pipe.send("Runtime.runIfWaitingForDebugger", None, inside)


async def open_pages(pipe: DevToolsPipe, urls: Sequence[str]) -> None:
    """Open start pages: the first in the empty tab, the others beside it."""
    if not urls:
        return
    told = await pipe.ask("Target.getTargets")
    tabs = [one for one in told["targetInfos"] if one["type"] == "page"]
    if tabs:
        wish = {"targetId": tabs[0]["targetId"], "flatten": True}
        attached = await pipe.ask("Target.attachToTarget", wish)
        inside = {"sessionId": attached["sessionId"]}
        await pipe.ask("Page.navigate", {"url": urls[0]}, attached["sessionId"])
        await pipe.ask("Target.detachFromTarget", inside)
    for url in urls[len(tabs[:1]) :]:
        await pipe.ask("Target.createTarget", {"url": url, "background": True})
