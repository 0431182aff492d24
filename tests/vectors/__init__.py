"""What was recorded of real devices: see the README beside it."""

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parent
RESCUE_UUID = "ffffffffffffffff2484bd2946a33000"

type Events = list[list[str]]

# When, who (the client, the device), and what was said.
MAINTENANCE: dict[str, list[tuple[float, str, str]]] = json.loads(
    (VECTORS / "maintenance.json").read_text()
)


def read(folder: str, name: str) -> bytes:
    return (VECTORS / folder / name).read_bytes()


def recorded(folder: str, session: str) -> Events:
    """Return the events of a connection to a board in rescue mode."""
    content: dict[str, Any] = json.loads(read(folder, "sessions.json"))
    events: Events = content["sessions"][session]
    return events
