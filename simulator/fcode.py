"""Job files: how they are built, and what a device reads from one.

An *fcode* is ``FCx0001`` and a newline, then the script, the metadata and the pictures; each of
the first two as its length, itself and its CRC-32, each picture as its length and itself, and a
length of zero at the end. All numbers are u32. The simulator does not run scripts: how long a
job takes is in its metadata.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import struct
import zlib

from .errors import RobotError

_MAGIC = b"FCx0001\n"


class BrokenFileError(RobotError):
    """The file cannot be started."""

    def __init__(self, what: str) -> None:
        super().__init__(f"FILE_BROKEN {what}")


@dataclass(frozen=True, slots=True)
class Fcode:
    """What a device reads from a job file."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    previews: Sequence[bytes] = ()

    def number(self, key: str) -> float | None:
        """Return a number of the metadata; None when it is not there, or is none."""
        try:
            return float(self.metadata[key])
        except KeyError, ValueError:
            return None


def build(
    metadata: Mapping[str, str],
    previews: Sequence[bytes] = (),
    script: bytes = b"\0" * 64,
) -> bytes:
    """Return a job file."""
    pairs = b"\0".join(f"{key}={value}".encode() for key, value in metadata.items())
    parts = [_MAGIC]
    for block in (script, pairs):
        parts += (_u32(len(block)), block, _u32(zlib.crc32(block)))
    for picture in previews:
        parts += (_u32(len(picture)), picture)
    return b"".join((*parts, _u32(0)))


def parse(content: bytes) -> Fcode:
    """Read a job file; ``BrokenFileError`` when a device would not start it."""
    if not content.startswith(_MAGIC):
        raise BrokenFileError("FILE_MAGIC_ERROR")
    _, offset = _checked(content, len(_MAGIC), "SCRIPT_CRC32")
    pairs, offset = _checked(content, offset, "METADATA_CRC32")
    metadata: dict[str, str] = {}
    for pair in pairs.split(b"\0"):
        key, equals, value = pair.decode(errors="replace").partition("=")
        if equals:
            metadata[key] = value
    previews: list[bytes] = []
    while size := _length(content, offset):
        previews.append(content[offset + 4 : offset + 4 + size])
        offset += 4 + size
    return Fcode(metadata, previews)


def _checked(content: bytes, offset: int, name: str) -> tuple[bytes, int]:
    end = offset + 4 + _length(content, offset)
    block = content[offset + 4 : end]
    if content[end : end + 4] != _u32(zlib.crc32(block)):
        raise BrokenFileError(name)
    return block, end + 4


def _length(content: bytes, offset: int) -> int:
    if len(content) < offset + 4:
        raise BrokenFileError("FILE_FORMAT_ERROR")
    return int.from_bytes(content[offset : offset + 4], "little")


def _u32(number: int) -> bytes:
    return struct.pack("<I", number)
