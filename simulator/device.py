"""A simulated device: a machine, its servers, and whether it is on the network.

Owns every task and socket. ``async with Device(config)`` is a device that is switched on.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Self

from . import network
from .camera import Camera
from .config import CAMERA_PORT, MANAGEMENT_PORT, ROBOT_PORT, DeviceConfig
from .datagrams import Beacon
from .discovery import Discovery
from .job import Job
from .keys import RsaKey
from .machine import PATIENCE, Machine, Status, cancel, now
from .management import Management
from .player import Player
from .ports import PORTS, Ports
from .robot import Robot
from .udp_management import UdpManagement


class Device(Machine):
    """A simulated FLUX device."""

    def __init__(self, config: DeviceConfig) -> None:
        """Build a device that is switched off."""
        super().__init__(config)
        #: Whether the device is on the network.
        self.online = False
        self.player = Player(self)
        self.beacon = Beacon(self)
        self.robot = Robot(self, self.player)
        self._discovery = Discovery(
            self,
            self.beacon,
            announced=self.player.announced,
            manage=UdpManagement(self, self.beacon, self._apply_network).answer,
        )
        self._ports = Ports(
            self,
            self.beacon,
            {
                MANAGEMENT_PORT: Management(self, self._apply_network).serve,
                ROBOT_PORT: self.robot.serve,
                CAMERA_PORT: Camera(self, self.player).serve,
            },
        )
        self._moving = asyncio.Lock()
        self._joining: list[asyncio.Task[None]] = []
        # The network before the latest ``network`` command, and until when another undoes it.
        self._before = (self.address, self.ssid)
        self._settled_at = 0.0

    # -- on and off --------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Switch on, without waiting as long as a boot takes."""
        self.load()
        try:
            async with self._moving:
                await self._boot()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Close every socket, end every task; raise what went wrong inside the simulator."""
        await cancel(*self._joining)
        await self.player.stop()
        await self._leave()
        if self.bugs:
            raise self.bugs.pop(0)

    async def power_off(self) -> None:
        """Pull the plug."""
        async with self._away():
            await self.player.stop()

    async def power_on(self) -> None:
        """Plug in, and wait for the boot."""
        async with self._away():
            await asyncio.sleep(self.config.timing.boot)
            await self._boot()

    async def reboot(self) -> None:
        """Restart: new slave key, session and clock."""
        await self.power_on()

    async def upgrade(
        self,
        *,
        firmware: str,
        generation: int | None = None,
        unknown_settings: Sequence[str] = (),
    ) -> None:
        """Install a firmware, which may speak the other generation, and restart."""
        async with self._away():
            self.firmware = firmware
            self.generation = generation or self.generation
            self.settings.unknown = frozenset(unknown_settings)
            await asyncio.sleep(self.config.timing.boot)
            await self._boot()

    async def move(self, address: str) -> None:
        """Get another address (127.x), as by DHCP; connections die."""
        async with self._away():
            await self._arrive(address)

    async def swap_master_key(self, pem: bytes) -> None:
        """Get another mainboard: another master key under the same uuid."""
        async with self._away():
            self.master_key = RsaKey.from_pem(pem)
            await self._boot()

    async def _boot(self) -> None:
        await self.player.stop()
        self.status = Status()
        self.beacon.boot()
        self.status.timestamp = self.clock
        self.counters.boots += 1
        await self._arrive(self.address)

    @asynccontextmanager
    async def _away(self) -> AsyncIterator[None]:
        """Be off the network meanwhile, and after it unless it arrives."""
        async with self._moving:
            await self._leave()
            yield

    async def _arrive(self, address: str) -> None:
        if address != self.address:
            self.beacon.renew_session()
        self.address = address
        await self._ports.open(address)
        self._discovery.open(address)
        self.online = True
        self.pulse()

    async def _leave(self) -> None:
        self.online = False
        await self._discovery.close()
        await self._ports.close()
        self.pulse()

    # -- networks ------------------------------------------------------------------------

    def _apply_network(self, values: dict[str, str]) -> None:
        """Try a network in a while, as after the ``ok`` of a ``network`` command."""
        self._joining.append(self.spawn(self._join(values, asked_at=now())))

    async def _join(self, values: dict[str, str], *, asked_at: float) -> None:
        timing = self.config.timing
        await asyncio.sleep(timing.network_apply)
        async with self._away():
            if asked_at < self._settled_at:
                # The second within so short a time: the first is undone with it.
                self._settled_at = 0.0
                move: network.Move | None = network.Move(*self._before)
            else:
                self._settled_at = asked_at + timing.network_settle
                self._before = (self.address, self.ssid)
                move = network.plan(values, self.networks, self.address)
            if move is None:
                return
            back = move.rolled_back
            await asyncio.sleep(timing.wifi_rollback if back else timing.wifi_join)
            if not back:
                self.ssid = move.ssid
            await self._arrive(move.address)

    # -- what others do to it ------------------------------------------------------------

    def announce(self) -> None:
        """Send a notify at once."""
        self._discovery.announce()

    @property
    def job(self) -> Job:
        """The job, to let something happen to it; ``LookupError`` without one."""
        if (job := self.player.job) is None:
            raise LookupError("the device has no job")
        return job

    def start_job(self, path: str = "SD/calibration cube.fc") -> Job:
        """Start a job, as with the vendor's app or the button."""
        entry, _, name = path.partition("/")
        return self.player.start(self.files.read(entry, name))

    def change_head(self, toolhead: str | None) -> None:
        """Attach another head, or none."""
        self.toolhead = toolhead
        if (job := self.player.job) is not None:
            job.change_head(toolhead)

    def press_button(self) -> None:
        """Press the button on the device, which ends a load of filament."""
        for session in self.robot.sessions:
            if session.task is not None:
                session.task.press_button()

    async def kick_sessions(self) -> None:
        """Throw out everyone on the robot port: an unsolicited ``error KICKED``, and closed."""
        await self.robot.kick(idle=True)

    async def refuse_connections(self, *ports: int) -> None:
        """Close the listening sockets of these ports, or of all."""
        for port in ports or PORTS:
            await self._ports.refuse(port)

    async def accept_connections(self, *ports: int) -> None:
        """Undo ``refuse_connections``."""
        for port in ports or PORTS:
            await self._ports.listen(port)

    async def drop_connections(self) -> None:
        """Cut every open connection."""
        await self._ports.drop_connections()

    # -- watching it ---------------------------------------------------------------------

    @property
    def connections(self) -> dict[int, int]:
        """How many connections are open, by port."""
        return self._ports.open_connections

    async def wait_closed_connections(self, within: float = PATIENCE) -> None:
        """Return once no connection is open."""
        await self.wait_for(lambda: not any(self.connections.values()), within)

    async def wait_command(self, command: str, within: float = PATIENCE) -> None:
        """Return once a command beginning so was received on any port since ``clear``."""

        def came() -> bool:
            received = [" ".join(words) for words in self.received.management]
            received += self.received.robot + self.received.camera
            return any(text.startswith(command) for text in received)

        await self.wait_for(came, within)
