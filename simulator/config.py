"""What a simulated device is made of: its identity, its networks, and every interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
import os
from pathlib import Path

from .keys import VendorKey

DISCOVERY_PORT = 1901
MANAGEMENT_PORT = 1901
ROBOT_PORT = 23811
CAMERA_PORT = 23812


def _pace(real: float, fast: float) -> float:
    """Give an interval of real devices, and the one of ``Timing.fast``."""
    interval: float = field(default=real, metadata={"fast": fast})
    return interval


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Every interval of a device, in seconds: as real devices have it, and for tests.

    For tests, orders and proportions are kept, and seconds turned to hundredths.
    """

    #: Between two announcements by multicast.
    notify: float = _pace(3.0, 0.05)
    #: From a change of the name to the change of slave timestamp or session that tells of it.
    name_lag: float = _pace(1.5, 0.05)
    #: How old the job's state in datagrams may be.
    status_lag: float = _pace(1.0, 0.02)
    #: From power to the first announcement.
    boot: float = _pace(2.0, 0.05)
    #: A scan for Wi-Fi networks.
    scan: float = _pace(2.0, 0.02)
    #: From the ``ok`` of ``network`` to the moment the connections die.
    network_apply: float = _pace(0.3, 0.02)
    #: To join a network that is there and takes the key.
    wifi_join: float = _pace(4.0, 0.05)
    #: Until a device that cannot join goes back to what it had.
    wifi_rollback: float = _pace(20.0, 0.2)
    #: From one ``network`` command until another one does not undo it.
    network_settle: float = _pace(20.0, 0.2)
    #: A job's states: initializing; starting up (homing and so on), and calibrating.
    job_init: float = _pace(0.7, 0.03)
    job_starting: float = _pace(0.7, 0.03)
    #: From cold to the target temperature, and from the pause's loss back to it.
    job_heating: float = _pace(3.0, 0.05)
    job_reheating: float = _pace(2.0, 0.05)
    #: The first of a fault to its *pausing*; *pausing* again when a resume finds it still there.
    job_fault: float = _pace(0.3, 0.02)
    #: *Pausing* to *paused*.
    job_pausing: float = _pace(2.0, 0.05)
    #: From *paused* to the heater being turned off.
    job_cooling: float = _pace(1.0, 0.03)
    #: *Resuming* without heating.
    job_resuming: float = _pace(0.6, 0.03)
    #: From ``abort`` to *aborted*.
    job_aborting: float = _pace(0.8, 0.03)
    #: From ``quit`` to a player that answers again, and from that to idle.
    job_quitting: float = _pace(0.4, 0.03)
    #: Until a head that went silent counts as offline, or a job finds none.
    head_offline: float = _pace(3.0, 0.05)
    #: From ``task maintain`` to a toolhead that is known, or to the error of dead boards.
    head_ready: float = _pace(2.5, 0.02)
    boards_dead: float = _pace(4.0, 0.05)
    #: Between two reports of work in maintenance; to go home; from cold to hot.
    maintain_tick: float = _pace(1.0, 0.02)
    maintain_home: float = _pace(0.85, 0.02)
    maintain_heating: float = _pace(4.4, 0.1)
    #: Whether each of a job's states lasts until a report has shown it, however long that takes
    #: (or an announcement, while a fault answers reports).
    job_shown: bool = False
    #: Between two looks at the job, which bounds how exactly all of the above are kept.
    job_tick: float = _pace(0.1, 0.01)
    #: How much faster than its ``TIME_COST`` a job runs.
    job_speed: float = _pace(10.0, 200.0)
    #: Between two pictures of the camera.
    camera: float = _pace(0.25, 0.02)

    @classmethod
    def fast(cls) -> Timing:
        """Return the pace for tests."""
        pairs = {each.name: each.metadata.get("fast") for each in fields(cls)}
        return cls(**{name: fast for name, fast in pairs.items() if fast is not None})


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedNetwork:
    """A Wi-Fi network within reach of the device."""

    ssid: str
    bssid: str = "C4:6E:1F:00:11:22"
    #: As it is sent, in either convention of section 4; None is sent as null.
    rssi: int | None = 40
    encrypt: bool = True
    security: str = "WPA2-PSK"
    #: The key it takes; None takes every key.
    key: str | None = None
    #: A hidden network is not in a scan, and is only joined with ``scan_ssid=1``.
    hidden: bool = False
    #: Where DHCP puts the device in this network: a 127.x address, or None for the one it has.
    address: str | None = None
    #: Whether the client is in this network too: if not, the device is gone for it.
    reachable: bool = True


DEFAULT_NETWORKS = (
    SimulatedNetwork(ssid="Home Network", bssid="C4:6E:1F:00:11:22", rssi=38),
    SimulatedNetwork(
        ssid="Werkstatt=1", bssid="C4:6E:1F:00:11:33", rssi=-41, security="WPA-PSK"
    ),
    SimulatedNetwork(
        ssid="Open Cafe",
        bssid="C4:6E:1F:00:11:44",
        rssi=80,
        encrypt=False,
        security="WEP",
    ),
)


@dataclass(kw_only=True)
class DeviceConfig:
    """How a device is when it is made. What changes later is in the ``Device``."""

    #: An address of its own in 127.0.0.0/8; the ports are the real ones.
    address: str
    #: Of a second interface. What is asked there is answered too, by datagrams from ``address``.
    other_address: str | None = None
    #: 32 hex digits.
    uuid: str
    serial: str
    name: str
    #: PEM of the private RSA key.
    master_key: bytes = field(repr=False)
    #: Signs the identity; None sends a placeholder, as a board in rescue mode.
    vendor_key: VendorKey | None = None
    #: ``sha256``, or ``sha1`` as for the serials of section 1.
    identify_hash: str = "sha256"
    generation: int = 2
    model: str = "delta-1"
    firmware: str = "1.6.95"
    #: None: no password is set, and the device takes any.
    password: str | None = field(default=None, repr=False)
    timing: Timing = field(default_factory=Timing)
    #: Where trust, name, password and files are kept over runs; None keeps nothing.
    state_dir: Path | None = None
    networks: Sequence[SimulatedNetwork] = DEFAULT_NETWORKS
    #: The Wi-Fi network the device is in when it is made.
    ssid: str = "Home Network"
    #: Whether multicast leaves and reaches this device (a Docker bridge: neither).
    multicast: bool = True
    #: ``data label=…`` in place of JSON, as older firmware lists its keys.
    old_list_trust: bool = False
    #: Refuse TLS newer than 1.0, as the oldest stacks do.
    old_tls: bool = False
    #: Firmware 1.0b12 to before 1.1b1: no management by TCP, but by datagrams (section 8).
    udp_management: bool = False
    #: Sign the ``FLUX0002`` handshake with the master key: the slave key is not ready.
    slave_key_not_ready: bool = False
    #: ``EXTRUDER``, ``LASER``, ``PRINTER``, ``USER/…``, or None: none is attached.
    toolhead: str | None = "EXTRUDER"
    #: What the extruder says of itself, °C; None: nothing.
    max_temperature: float | None = 235.0
    #: The boards of the recordings: they load and unload at once, and have nothing to debug.
    plain_boards: bool = False
    #: Settings it does not know, as older firmware.
    unknown_settings: Sequence[str] = ()
    #: A beam machine reports ``laser_pwr`` and the like, and has no nozzle.
    beam: bool = False
    mac: str = "b8:27:eb:12:34:56"
    #: Where nonces and keys of a connection come from; a test replays recorded ones.
    random: Callable[[int], bytes] = field(default=os.urandom, repr=False)

    def __post_init__(self) -> None:
        """Refuse what no device can be."""
        if len(bytes.fromhex(self.uuid)) != 16:
            raise ValueError("a uuid has 32 hex digits")
        if len(self.serial) != 10:
            raise ValueError("a serial has 10 characters")
        if self.generation not in (1, 2):
            raise ValueError("a generation is 1 or 2")
        if self.udp_management and self.generation != 1:
            raise ValueError("management by datagrams is older than generation 2")
        for address in (self.address, self.other_address or self.address):
            if not address.startswith("127."):
                raise ValueError("a simulated device lives in 127.0.0.0/8")
