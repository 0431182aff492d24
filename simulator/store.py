"""What a device keeps over runs of the simulator, in one JSON file.

Blocking: callers run it in a thread.
"""

from dataclasses import dataclass, field
import json
from pathlib import Path

from .keys import ClientKey
from .trust import TrustedKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept: what a client can change."""

    name: str
    password: str | None
    trust: tuple[TrustedKey, ...] = field(default=())


def load(folder: Path) -> Kept | None:
    """Return what is kept in a folder; None when nothing is."""
    try:
        text = (folder / "device.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    data = json.loads(text)
    return Kept(
        name=data["name"],
        password=data["password"],
        trust=tuple(
            TrustedKey(
                label=entry["label"],
                access_id=entry["access_id"],
                type=entry["type"],
                key=ClientKey.from_der(bytes.fromhex(entry["der"]))
                if entry["der"]
                else None,
            )
            for entry in data["trust"]
        ),
    )


def save(folder: Path, kept: Kept) -> None:
    """Keep it; a run that is cut short leaves the old file or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {
        "name": kept.name,
        "password": kept.password,
        "trust": [
            {
                "label": key.label,
                "access_id": key.access_id,
                "type": key.type,
                "der": key.key.der.hex() if key.key else "",
            }
            for key in kept.trust
        ],
    }
    fresh = folder / "device.json.new"
    fresh.write_text(json.dumps(data, indent=2), encoding="utf-8")
    fresh.replace(folder / "device.json")
