"""The intervals and timeouts that tests shorten, beside those of the library, in seconds."""

from dataclasses import dataclass
from typing import Final

from .aioflux import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxTiming(Timing):
    """How long to wait for what; tests pass smaller numbers."""

    probe_interval: float = 0.5  # Between the probes of a device that fell silent.
    # So many unanswered after `unheard`, and the device is off. With 30 % of all
    # datagrams lost each way, one probe in two is answered: fewer of them would take a
    # device that is there to be off.
    probe_attempts: int = 8
    interfaces: float = 20.0  # Between two readings of this host's interfaces.
    setup_wait: float = 2.0  # How long a setup waits for a first answer.
    startup_grace: float = 5.0  # Margin around device-side delays.

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
    overtaken: float = (
        5.0  # By how much an announcement may come late: a start is busy.
    )
    job_name: float = 5.0  # How long a job's start waits for the job's name.
    job_start: float = 20.0  # Until a device that starts a job is seen to run it.
    robot_retry: float = 30.0  # From a failed robot connection to the next try.
    control_poll: float = 0.3  # Between two reports while a command takes effect.
    control_confirm: float = 6.0  # Until it shows; `quit` can be refused for long.
    resume_trial: float = 2.0  # With the fault still there it pauses within a second.

    camera_retry: float = 5.0  # From a broken camera connection to another.
    camera_linger: float = 30.0  # The camera connection outlives its last viewer.
    still_fresh: float = 2.0  # A camera picture this young is given again.


TIMING: Final = FluxTiming()
"""What everything here is made with; read when it is made, so tests put in their own."""
