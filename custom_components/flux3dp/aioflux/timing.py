"""The intervals and timeouts of the library in one injectable object, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long to wait for what; tests pass smaller numbers.

    The device's own rhythm: a notify every 3.0 s, a touch answered within
    milliseconds, a Wi-Fi change tried for about 20 s (protocol.md sections 2, 4).
    """

    scan: float = 3.5  # Listening for devices: one notify and a bit.
    scan_probe_interval: float = 1.0  # Between two multicast probes of a scan.
    find: float = 4.0  # An address was typed: how long it may stay silent.
    find_probe_interval: float = 0.7  # Between two probes of it.
    lookup: float = 10.0  # A uuid is looked for on the whole network.
    touch_interval: float = 0.7  # Between two touches of a device.
    touch_attempts: int = 3
    touch_rest: float = 3.0  # If it announces something new each time.

    unheard: float = 10.0  # Silence after which a device is probed.
    unheard_active: float = 4.0  # In a job: longer than a notify takes to come.

    connect: float = 5.0  # TCP connect and the 8 bytes of hello.
    handshake: float = 10.0  # TLS, key exchange and authorization, each.
    challenge_rest: float = 2.0  # From a robot's first bytes to their end.
    command: float = 10.0  # One request and its whole reply.
    datagram_resend: float = 1.2  # A request over UDP is sent again after so long.
    datagram: float = 6.0  # Until it is given up.
    wifi_scan: float = 40.0  # It takes seconds, more on old boards.
    close: float = 2.0  # An orderly goodbye; afterwards the socket is dropped.

    camera_frame: float = 10.0  # Until the next camera picture is whole.
    transfer_stall: float = 20.0  # No byte of a file for so long: a dead connection.
    file_work: float = 600.0  # The device reads or copies a gigabyte by itself.
    start: float = 90.0  # It reads all of a file before it says that a job starts.
    toolhead_ready: float = 5.0  # In maintenance, until the toolhead is known.
    work_silence: float = 90.0  # In homing or calibrating: a dead connection.
    load_silence: float = 660.0  # One without a sensor says nothing until its button.


DEFAULT_TIMING = Timing()
