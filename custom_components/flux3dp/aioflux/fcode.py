"""Job files (*fcode*): what is in them, and whether a device would run them (section 5).

`FCx0001` and a newline; script and metadata, each as length, bytes and CRC-32; previews, each
as length and bytes; a length of zero. All numbers are u32, and none of them is trusted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final
import zlib

from .command import MAX_PICTURE, MAX_PICTURES, is_picture
from .errors import InvalidRequest
from .report import JobInfo, parse_file_info

MAX_FILE_SIZE: Final = 1 << 30
"""The largest file (bytes) a device takes."""

_MAGIC: Final = b"FCx0001\n"
_BLOCK: Final = 256 * 1024
_MAX_METADATA: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fcode:
    """What a job file says of itself: its size (bytes), its metadata and its pictures."""

    size: int
    info: JobInfo
    previews: tuple[bytes, ...]


def read_fcode(file: BinaryIO) -> Fcode:
    """Read and check a job file from its beginning, in little memory. Blocks.

    Raises InvalidRequest (`file`): `not_fcode`, `truncated`, `script_damaged`,
    `metadata_damaged`, `too_large`; OSError if it cannot be read.
    """
    reader = _Reader(file)
    if reader.take(len(_MAGIC), "not_fcode") != _MAGIC:
        raise _refusal("not_fcode")
    checksum = 0
    for block in reader.blocks(reader.length()):
        checksum = zlib.crc32(block, checksum)
    if reader.length() != checksum:
        raise _refusal("script_damaged")
    length = reader.length()
    if length > _MAX_METADATA:
        raise _refusal("metadata_damaged")
    metadata = reader.take(length)
    if reader.length() != zlib.crc32(metadata):
        raise _refusal("metadata_damaged")
    previews: list[bytes] = []
    while length := reader.length():
        if length > MAX_PICTURE or len(previews) == MAX_PICTURES:
            for _ in reader.blocks(length):
                pass
        elif is_picture(preview := reader.take(length)):
            previews.append(preview)
    reader.skip_rest()
    return Fcode(
        size=reader.position,
        info=parse_file_info(metadata.decode(errors="replace")),
        previews=tuple(previews),
    )


class _Reader:
    """Reads a file block by block; `position` is how far (bytes)."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.position = 0

    def _read(self, size: int) -> bytes:
        data = self._file.read(min(size, _BLOCK))
        self.position += len(data)
        if self.position > MAX_FILE_SIZE:
            raise _refusal("too_large")
        return data

    def blocks(self, size: int, reason: str = "truncated") -> Iterator[bytes]:
        """Yield exactly so many bytes."""
        while size:
            if not (data := self._read(size)):
                raise _refusal(reason)
            size -= len(data)
            yield data

    def take(self, size: int, reason: str = "truncated") -> bytes:
        """Return exactly so many bytes."""
        return b"".join(self.blocks(size, reason))

    def length(self) -> int:
        """Return a number of four bytes."""
        return int.from_bytes(self.take(4), "little")

    def skip_rest(self) -> None:
        """Read to the end of the file."""
        while self._read(_BLOCK):
            pass


_REASONS: Final = {
    "not_fcode": "the file is no FLUX job file (.fc)",
    "truncated": "the job file is cut short",
    "script_damaged": "the script in the job file is damaged",
    "metadata_damaged": "the metadata in the job file is damaged",
    "too_large": f"a job file has at most {MAX_FILE_SIZE} bytes",
}


def _refusal(reason: str) -> InvalidRequest:
    return InvalidRequest("file", reason, _REASONS[reason])
