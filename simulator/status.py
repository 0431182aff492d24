"""What a device tells the world of its state in each datagram.

The 64-byte *status block* of section 2. Tests set it as they please; a job sets it when one
runs, with the lag real devices have.
"""

from dataclasses import dataclass
import struct

_BLOCK = struct.Struct("<dif16s32s")


@dataclass(slots=True)
class Status:
    """The state in datagrams; every field may be set at any time."""

    st_id: int = 0
    #: 0.0 to 1.0; may be NaN, and may exceed 1 by a rounding error.
    progress: float = 0.0
    #: ``OFFLINE`` from boot until the first job.
    head_module: str = "OFFLINE"
    #: Words joined by spaces. What does not fit into 32 bytes is cut off.
    error_label: str = ""
    #: While the device is occupied: by the client at this address.
    occupied_by: str = ""
    #: Of the device's own clock: when this was last true.
    timestamp: float = 0.0

    def change(self, **changes: float | str | None) -> None:
        """Change fields by name; what is None stays as it is."""
        for name, value in changes.items():
            if value is not None:
                setattr(self, name, value)

    def block(self) -> bytes:
        """Return the 64 bytes of the datagrams."""
        label = self.occupied_by if self.st_id < 0 else self.error_label
        return _BLOCK.pack(
            self.timestamp,
            self.st_id,
            self.progress,
            self.head_module.encode(),
            label.encode(),
        )
