"""The task *MaintainTask* of the robot port: a person at work on an idle device (section 10).

One connection has it, until it quits, closes or is kicked. Long work reports while it runs,
and meanwhile hardly any command is taken; what the work says is in ``maintenance_work.py``.
"""

import asyncio
from contextlib import suppress
import json
from typing import TYPE_CHECKING

from .errors import RobotError
from .maintenance_work import EXTRUDER, NO_HEAD, WORK, Bench, now

if TYPE_CHECKING:
    from .device import Device
    from .frames import Frames

TASK = "MaintainTask"


class Maintenance:
    """The task, for the connection that has it."""

    def __init__(self, device: Device, frames: Frames, owner: str) -> None:
        """Occupy the device, for the client at an address; ``end`` frees it."""
        self._device = device
        self._frames = frames
        self._owner = owner
        self._bench = Bench(
            device, frames.send, now() + device.config.timing.head_ready
        )
        self._work: asyncio.Task[None] | None = None
        device.nozzle.switch(now(), on=True)
        device.occupy(-1, by=owner)
        self._telling = asyncio.create_task(self._tell())

    async def command(self, name: str, arguments: list[str]) -> bool:
        """Do what the owner asked for; False when that was to leave."""
        if self._work is not None and not self._work.done() and name != "quit":
            if name != "stop_load_filament" or not self._bench.loading:
                raise RobotError("RESOURCE_BUSY")
            # There is no reply to it, but to the load.
            self.press_button()
        elif name in WORK:
            self._work = asyncio.create_task(self._do(name, arguments))
        else:
            return await self._answer(name, arguments)
        return True

    async def _answer(self, name: str, arguments: list[str]) -> bool:
        reply = "ok"
        match name:
            case "position":
                reply = TASK
            case "headinfo":
                reply = f"ok {json.dumps(self._head_info())}"
            case "headstatus":
                reply = f"ok {json.dumps(self._head_status())}"
            case "extruder_temp":
                self._heat(arguments)
            case "move":
                pass
            case "quit" | "reset_mb":
                await self.end()
            case _:
                raise RobotError("UNKNOWN_COMMAND")
        await self._frames.send(reply)
        return name not in {"quit", "reset_mb"}

    def press_button(self) -> None:
        """Press the button on the device, which ends a load."""
        self._bench.stop.set()

    async def end(self) -> None:
        """Leave the task, and whatever it was doing."""
        for task in (self._telling, self._work):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._device.nozzle.switch(now(), on=False)
        self._device.set_status(st_id=0, occupied_by="")
        self._device.signal.pulse()

    async def _do(self, name: str, arguments: list[str]) -> None:
        # The connection may end under it: then the session ends the task as well.
        with suppress(ConnectionError):
            try:
                await WORK[name](self._bench, arguments)
            except RobotError as error:
                await self._frames.send(f"error {error}")

    async def _tell(self) -> None:
        """Write into the datagrams, anew each second, who has the device."""
        while True:
            await asyncio.sleep(self._device.config.timing.status_lag)
            self._device.occupy(-1, by=self._owner)

    def _heat(self, arguments: list[str]) -> None:
        try:
            _, target = arguments
            degrees = float(target)
        except ValueError as err:
            raise RobotError("BAD_PARAMS") from err
        self._bench.require_extruder()
        self._device.nozzle.advance_to(now())
        self._device.nozzle.target = degrees

    def _head_info(self) -> dict[str, object]:
        toolhead = self._bench.toolhead
        if toolhead == NO_HEAD:
            return {"version": None, "module": None}
        info: dict[str, object] = {
            "VERSION": "1.0.0",
            "VENDOR": "FLUX .inc",
            "version": "1.0.0",
            "FIRMWARE": "1.0.0",
            "TYPE": toolhead,
            "ID": "1572870",
            "module": toolhead,
        }
        if toolhead == EXTRUDER:
            info["MAX_TEMPERATURE"] = str(self._device.config.max_temperature)
            info["EXTRUDER"] = 1
        return info

    def _head_status(self) -> dict[str, object]:
        toolhead = self._bench.toolhead
        if toolhead != EXTRUDER:
            return {"module": toolhead}
        nozzle = self._device.nozzle
        nozzle.advance_to(now())
        return {
            "rt": [round(nozzle.temperature, 1)],
            "FA": "0",
            "tt": [nozzle.target],
            "module": toolhead,
        }
