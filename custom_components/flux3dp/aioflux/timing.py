"""Every interval and timeout in one injectable object, in seconds."""

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
    probe_interval: float = 0.5  # Between the probes of a device that fell silent.
    # So many unanswered after `unheard`, and the device is off. With 30 % of all
    # datagrams lost each way, one probe in two is answered: fewer of them would take a
    # device that is there to be off.
    probe_attempts: int = 8
    interfaces: float = 20.0  # Between two readings of this host's interfaces.
    setup_wait: float = 2.0  # How long a setup waits for a first answer.
    startup_grace: float = 5.0  # Margin around device-side delays.

    connect: float = 5.0  # TCP connect and the 8 bytes of hello.
    handshake: float = 10.0  # TLS, key exchange and authorization, each.
    challenge_rest: float = 2.0  # From a robot's first bytes to their end.
    command: float = 10.0  # One request and its whole reply.
    datagram_resend: float = 1.2  # A request over UDP is sent again after so long.
    datagram: float = 6.0  # Until it is given up.
    wifi_scan: float = 40.0  # It takes seconds, more on old boards.
    close: float = 2.0  # An orderly goodbye; afterwards the socket is dropped.

    progress_step: float = 2.0  # A dialog shows a step that waits for so long at least.
    network_return: float = 60.0  # Until the device is found, old address or new.
    network_trial: float = 15.0  # Who is back sooner has joined the new Wi-Fi.
    network_settle: float = 20.0  # Until another `network` does not undo one.
    rename_return: float = 10.0  # Until the device announces its new name.
    forget: float = 5.0  # Removing our key when an entry is removed.

    report_interval: float = 2.0  # Between two `player report` of a job.
    report_interval_close: float = 0.5  # Where the end of a job may be near.
    report_fresh: float = 5.0  # How long a report outweighs datagrams.
    connection_stuck: float = 1.0  # A held connection this silent is not waited for.
    status_lag: float = 1.0  # How far announcements may lag behind reports.
    overtaken: float = 2.0  # By how much an announcement may come late.
    job_name: float = 5.0  # How long a job's start waits for the job's name.
    robot_retry: float = 30.0  # From a failed robot connection to the next try.
    control_poll: float = 0.3  # Between two looks at what came of a command.
    control_confirm: float = 6.0  # Until it shows; `quit` can be refused for long.
    resume_trial: float = 2.0  # With the fault still there it pauses within a second.
    camera_frame: float = 10.0  # Until the next camera picture is whole.
    camera_retry: float = 5.0  # From a broken camera connection to another.
    camera_linger: float = 30.0  # The camera connection outlives its last viewer.
    still_fresh: float = 2.0  # A camera picture this young is given again.
    transfer_stall: float = 20.0  # No byte of a file for so long: a dead connection.
    toolhead_ready: float = 5.0  # In maintenance, until the toolhead is known.
    work_silence: float = 90.0  # In homing or calibrating: a dead connection.
    job_start: float = 20.0  # Until a device that starts a job is seen to run it.


DEFAULT_TIMING = Timing()
