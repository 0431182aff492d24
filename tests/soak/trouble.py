"""What happens to a device: jobs, people, other clients, and faults, all from a seed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
import random

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr

from custom_components.flux3dp.const import DOMAIN
from simulator.errors import BusyError, RobotError
from simulator.faults import StreamFaults, Weather
from simulator.ports import PORTS
from tests.keys import MASTER_KEYS

from .home import Home
from .subject import Subject

type Say = Callable[[str], None]

SPARE_KEY = MASTER_KEYS[-1]
_PHASES = [
    "INIT",
    "STARTING",
    "WAITING_HEAD",
    "CORRECTING",
    "RUNNING",
    "PAUSING",
    "PAUSED",
    "RESUMING",
    "ABORTING",
    "COMPLETED",
    "ABORTED",
    "LEAVING",
]
_STREAM_FAULTS = [
    "stall_after",
    "cut_after",
    "half_frame",
    "chunk_size",
    "close_after_hello",
    "stall_in_handshake",
    "hello",
]
_NOT_NOW = (BusyError, RobotError, LookupError)


class Trouble:
    """All that happens to one device; the seed gives what and when, whatever comes of it."""

    def __init__(
        self, subject: Subject, home: Home, seed: str, pace: float, say: Say
    ) -> None:
        self._subject, self._device, self._home = subject, subject.device, home
        self._pace = pace
        self._say = lambda words: say(f"{subject.device.config.name}: {words}")
        self._jobs = random.Random(f"{seed} jobs")
        self._faults = random.Random(f"{seed} faults")
        self._device.faults.weather.chance = random.Random(f"{seed} net").random
        self._weather_chance = self._device.faults.weather.chance

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self._pace)

    # -- jobs

    async def live(self) -> None:
        """Have one job after the other."""
        chance = self._jobs
        while True:
            plan = [(chance.choice(_DURING), chance.uniform(0, 12)) for _ in range(3)]
            count, end = chance.randrange(4), chance.choice(_ENDS)
            first, linger, rest = (chance.uniform(0, 15) for _ in range(3))
            leave, work = chance.choice(_LEAVES), chance.choice(_WORK)
            await self._sleep(rest)
            if work is not None:
                await self._work(work)
            if not self._device.online:
                continue
            try:
                self._subject.start(visible=self._is_visible())
            except _NOT_NOW:
                continue
            self._say("job")
            await self._sleep(first)
            for name, pause in plan[:count]:
                await self._do(name)
                await self._sleep(pause)
            self._device.faults.quit_after = linger / 10 if leave == "at once" else None
            await self._do(end)
            await self._sleep(linger)
            await self._do(leave)

    def _is_visible(self) -> bool:
        job = self._home.job(self._device.config.uuid)
        return self._home.running and job is not None and job.online

    async def _do(self, name: str) -> None:
        self._say(name)
        device = self._device
        with suppress(*_NOT_NOW):
            match name:
                case "pause" | "resume" | "abort":
                    getattr(device.job, name)()
                case "runout" | "mend":
                    getattr(device.job, name)()
                case "head off":
                    device.change_head(None)
                    await self._sleep(4)
                    device.change_head("EXTRUDER")
                case "complete":
                    if device.job.state.label not in ("ABORTING", "INIT", "ABORTED"):
                        device.job.finish()
                case "fail":
                    device.job.fail("HARDWARE_ERROR", "HOME_FAILED")
                case "quit":
                    device.player.quit()
                case "occupy":
                    if device.player.occupant() is None:
                        device.occupy()
                        await self._sleep(8)
                        device.free()
                case "at once":
                    return
                case _:
                    await self._command(name)

    async def _work(self, name: str) -> None:
        """Do as a person does who uses an idle device."""
        self._say(name)
        data: dict[str, object] = {}
        if name == "upload_file":
            source = str(self._home.upload)
            data = {"source": source, "path": "SD/soak.fc", "overwrite": True}
        loop = asyncio.get_running_loop()
        # What ends a load of filament.
        press = loop.call_later(9 * self._pace, self._device.press_button)
        await self._command(name, data)
        press.cancel()
        self._say(f"{name} is over")

    async def _command(self, name: str, more: dict[str, object] | None = None) -> None:
        """Do as a person does who presses a button."""
        if not self._home.running:
            return
        hass, uuid = self._home.hass, self._device.config.uuid
        registry = dr.async_get(hass)
        for each in dr.async_entries_for_config_entry(registry, uuid):
            data = {"device_id": each.id, **(more or {})}
            # A task of its own: a restart may cancel it, which must not end ours.
            call = asyncio.create_task(
                hass.services.async_call(DOMAIN, name, data, blocking=True)
            )
            # The calm ends us, and leaves nothing to ask for its error.
            call.add_done_callback(lambda task: task.cancelled() or task.exception())
            done, _ = await asyncio.wait([call], timeout=max(60, 200 * self._pace))
            if not done:
                raise TimeoutError(f"{name} took too long")
            if not call.cancelled():
                error = call.exception()
                if error is not None and not isinstance(error, HomeAssistantError):
                    raise error

    # -- faults

    async def suffer(self) -> None:
        """Have one fault after the other, with peace between most of them."""
        chance = self._faults
        while True:
            fault, rest = chance.choice(_FAULTS), chance.uniform(0, 90)
            length, share = chance.choice((1, 4, 12, 30)), chance.random()
            phase, kind = chance.choice(_PHASES), chance.choice(_STREAM_FAULTS)
            await self._sleep(rest)
            self._say(f"{fault.__name__} {length} s {share:.2f} {phase} {kind}")
            with self._subject.disturbed():
                await fault(self, length, share, phase, kind)
            self._say(f"{fault.__name__} is over")

    async def off(self, length: float, *_: object) -> None:
        await self._device.power_off()
        await self._sleep(length)
        await self._device.power_on()

    async def reboot(self, _length: float, _share: float, phase: str, _: str) -> None:
        device = self._device

        def label() -> str | None:
            job = device.player.peek()
            return job.state.label if job else None

        device.player.held.add(phase)
        with suppress(TimeoutError):
            await device.wait_for(lambda: label() == phase, 15 * self._pace)
        device.player.held.discard(phase)
        await device.reboot()

    async def reboot_in_handshake(self, _: float, share: float, *_more: object) -> None:
        device = self._device
        device.received.clear()
        with suppress(TimeoutError):
            await device.wait_for(
                lambda: bool(device.received.connections), 15 * self._pace
            )
        await asyncio.sleep(share * 0.02)
        await device.reboot()

    async def reboot_at_a_command(self, *_: object) -> None:
        device = self._device
        device.received.clear()
        with suppress(TimeoutError):
            await device.wait_for(lambda: bool(device.received.robot), 15 * self._pace)
        await device.reboot()

    async def move(self, length: float, *_: object) -> None:
        here, there = self._subject.addresses
        await self._device.move(there if self._device.address == here else here)
        await self._sleep(length)

    async def weather(self, length: float, share: float, *_: object) -> None:
        self._device.faults.weather = Weather(
            loss=share / 2,
            duplication=share,
            delay=share * self._pace,
            chance=self._weather_chance,
        )
        await self._sleep(length)
        self._device.faults.weather = Weather()

    async def garbage(self, length: float, *_: object) -> None:
        self._device.faults.garbage = True
        await self._sleep(length)
        self._device.faults.garbage = False

    async def vanish(self, length: float, *_: object) -> None:
        """Be gone without a goodbye: connections stay, half open."""
        faults = self._device.faults
        faults.silent = faults.muted = True
        for stream in (faults.management, faults.robot, faults.camera):
            stream.stall_after = 0
        await self._sleep(length)
        faults.silent = faults.muted = False
        for stream in (faults.management, faults.robot, faults.camera):
            stream.stall_after = None
        await self._device.drop_connections()

    async def stream(self, length: float, share: float, _phase: str, kind: str) -> None:
        value: object = True
        if kind in ("stall_after", "cut_after"):
            value = int(share * 4000)
        elif kind == "chunk_size":
            value = 1 + int(share * 9)
        elif kind == "hello":
            value = b"HTTP/1.1"
        faults = self._device.faults
        for port in (faults.management, faults.robot):
            setattr(port, kind, value)
        await self._sleep(length)
        for port in (faults.management, faults.robot):
            setattr(port, kind, getattr(StreamFaults(), kind))
        # What stalled stays so: its client has to notice.

    async def refuse(self, length: float, *_: object) -> None:
        await self._device.refuse_connections(*PORTS)
        await self._device.drop_connections()
        await self._sleep(length)
        if self._device.online:
            await self._device.accept_connections(*PORTS)

    async def kick(self, *_: object) -> None:
        await self._device.kick_sessions()

    async def another_client(self, length: float, *_: object) -> None:
        """Be taken by another program, which throws out ours."""
        if self._device.player.occupant() is None:
            await self._device.kick_sessions()
            self._device.occupy(st_id=-3)
            await self._sleep(length)
            self._device.free()

    async def other_key(self, length: float, *_: object) -> None:
        own = self._device.config.master_key
        await self._device.swap_master_key(SPARE_KEY)
        await self._sleep(length)
        await self._device.swap_master_key(own)

    async def reload(self, *_: object) -> None:
        if self._home.running:
            hass, uuid = self._home.hass, self._device.config.uuid
            await hass.config_entries.async_reload(uuid)


type _Fault = Callable[[Trouble, float, float, str, str], Awaitable[None]]

_FAULTS: tuple[_Fault, ...] = (
    Trouble.off,
    Trouble.reboot,
    Trouble.reboot,
    Trouble.reboot_in_handshake,
    Trouble.reboot_at_a_command,
    Trouble.move,
    Trouble.weather,
    Trouble.weather,
    Trouble.garbage,
    Trouble.vanish,
    Trouble.stream,
    Trouble.stream,
    Trouble.refuse,
    Trouble.kick,
    Trouble.another_client,
    Trouble.other_key,
    Trouble.reload,
)
_DURING = [
    "pause",
    "resume",
    "abort",
    "runout",
    "mend",
    "occupy",
    "pause_job",
    "resume_job",
    "pause_job",
    "resume_job",
    "head off",
]
_ENDS = ["complete", "complete", "complete", "fail", "abort", "cancel_job"]
_WORK = (
    None,
    None,
    "home",
    "calibrate",
    "load_filament",
    "unload_filament",
    "upload_file",
    "upload_file",
)
_LEAVES = ("quit", "clear_job", "clear_job", "at once")
