"""The states of a job as reports give them, by name (section 2, ``jobs.json``)."""

from typing import Final, NamedTuple


class State(NamedTuple):
    """A state as reports give it."""

    st_id: int
    label: str


INIT: Final = State(1, "INIT")
STARTING_COLD: Final = State(4, "STARTING")
STARTING: Final = State(16, "STARTING")
WAITING_HEAD: Final = State(16, "WAITING_HEAD")
CORRECTING: Final = State(16, "CORRECTING")
RUNNING: Final = State(16, "RUNNING")
PAUSING_START: Final = State(38, "PAUSING")
PAUSED_START: Final = State(36, "PAUSED")
RESUMING_START: Final = State(6, "RESUMING")
PAUSING: Final = State(50, "PAUSING")
PAUSED: Final = State(48, "PAUSED")
RESUMING: Final = State(18, "RESUMING")
ABORTING: Final = State(16, "ABORTING")
ABORTED: Final = State(128, "ABORTED")
COMPLETED: Final = State(64, "COMPLETED")

#: Waiting for a person.
PAUSED_IDS: Final = frozenset({32, 36, 48, 256, 1024})
#: What can be paused: all that is under way, but for initializing and ends.
UNDER_WAY_IDS: Final = frozenset({4, 16, 18})
