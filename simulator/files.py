"""The file store of a device: ``SD``, to read and write, and ``USB``, to read (section 5).

In memory. A file is its bytes.
"""

from collections.abc import Iterator
from functools import lru_cache
import hashlib
import io
import math
import zlib

from PIL import Image, ImageDraw

from .errors import HangUpError, RobotError
from .fcode import build

type Folder = dict[str, Folder | bytes]

_MIME = {".fc": "application/fcode", ".gcode": "text/gcode"}
_RECENT = 5


class FileStore:
    """The entries of a device and what is in them."""

    def __init__(self, head: str) -> None:
        """Start with a few jobs for this toolhead, as a device that is in use."""
        cube = example_job("calibration cube", seconds=180, head=head)
        spoon = example_job("Löffel", seconds=1800, head=head)
        stick = example_job("stick", seconds=600, head=head)
        self.entries: dict[str, Folder] = {
            "SD": {
                "calibration cube.fc": cube,
                "Küche": {"Löffel 'groß'.fc": spoon},
                "Recent": {},
            },
            "USB": {"stick.fc": stick},
        }

    def names(self, entry: str, path: str) -> Iterator[tuple[bool, str]]:
        """Walk through a folder: whether each is a folder, and its name."""
        for name, node in self.folder(entry, path).items():
            if isinstance(node, dict):
                yield True, name
            elif mime_of(name):
                yield False, name

    def folder(self, entry: str, path: str) -> Folder:
        """Return a folder."""
        return self._node(entry, path, dict)

    def read(self, entry: str, path: str) -> bytes:
        """Return a file."""
        return self._node(entry, path, bytes)

    def md5(self, entry: str, path: str) -> str:
        """Return the MD5 of a file, hex."""
        content = self.read(entry, path)
        return hashlib.md5(content, usedforsecurity=False).hexdigest()

    def write(self, entry: str, path: str, content: bytes) -> None:
        """Write a file, over another if there is one."""
        folder, name = self._place(entry, path)
        if isinstance(folder.get(name), dict):
            raise RobotError("BAD_PARAMS")
        folder[name] = content

    def fill(self, entry: str, path: str, content: bytes) -> None:
        """Give a file its content at last, unless it was deleted meanwhile."""
        folder, name = self._place(entry, path)
        if isinstance(folder.get(name), bytes):
            folder[name] = content

    def mkdir(self, entry: str, path: str) -> None:
        """Make a folder."""
        folder, name = self._place(entry, path)
        if name in folder:
            raise RobotError("BAD_PARAMS")
        folder[name] = {}

    def rmdir(self, entry: str, path: str) -> None:
        """Delete a folder, full or not."""
        self._delete(entry, path, dict)

    def remove(self, entry: str, path: str) -> None:
        """Delete a file."""
        self._delete(entry, path, bytes)

    def _delete(self, entry: str, path: str, kind: type) -> None:
        folder, name = self._place(entry, path)
        if not isinstance(folder.get(name), kind):
            raise RobotError("NOT_EXIST BAD_NODE")
        del folder[name]

    def keep_as_recent(self, content: bytes) -> None:
        """Put a job that starts in front of the recent ones."""
        recent = self.entries["SD"].setdefault("Recent", {})
        if isinstance(recent, dict):
            kept = [
                content,
                *(node for node in recent.values() if isinstance(node, bytes)),
            ]
            recent.clear()
            for number, job in enumerate(kept[:_RECENT], 1):
                recent[f"recent-{number}.fc"] = job

    def _place(self, entry: str, path: str) -> tuple[Folder, str]:
        """Return the folder a path is in, and its name there, if one may write there."""
        if entry == "USB":
            raise RobotError("BAD_PARAMS USB_NOT_ACCESSABLE")
        parent, _, name = path.rpartition("/")
        if not name:
            raise RobotError("BAD_PARAMS")
        try:
            return self.folder(entry, parent), name
        except RobotError as err:
            if entry in self.entries:
                raise HangUpError from err
            raise

    def _node[Node](self, entry: str, path: str, kind: type[Node]) -> Node:
        if entry not in self.entries:
            raise RobotError("NOT_EXIST BAD_ENTRY")
        node: Folder | bytes = self.entries[entry]
        for name in filter(None, path.split("/")):
            if not isinstance(node, dict) or name not in node:
                raise RobotError("NOT_EXIST BAD_NODE")
            node = node[name]
        if not isinstance(node, kind):
            raise RobotError("NOT_EXIST BAD_NODE")
        return node


def mime_of(path: str) -> str:
    """Return the type of a file by its name, empty when a device knows none."""
    for ending, mime in _MIME.items():
        if path.lower().endswith(ending):
            return mime
    return ""


def example_job(
    name: str, *, seconds: float, head: str = "EXTRUDER", preview: bytes | None = None
) -> bytes:
    """Return a job file that takes so long at a ``job_speed`` of one."""
    metadata = {
        "AUTHOR": "simulator",
        "TITLE": name,
        "TIME_COST": str(seconds),
        "CORRECTION": "N",
        "TRAVEL_DIST": str(seconds * 20),
        "VERSION": "1",
        "HEAD_TYPE": head,
        "FILAMENT_DETECT": "N",
        "FILAMENT_USED": str(seconds / 2),
    }
    if head == "LASER":
        del metadata["FILAMENT_DETECT"], metadata["FILAMENT_USED"]
    return build(metadata, [preview or plain_png(name)])


@lru_cache
def plain_png(name: str) -> bytes:
    """Return a small picture of a vase, whose color depends on the name."""
    size = 64
    image = Image.new("RGB", (size, size), "#f4f4f0")
    pen = ImageDraw.Draw(image)
    color = f"#{zlib.crc32(name.encode()) & 0x7F7F7F:06x}"
    for row in range(size // 10, size * 9 // 10):
        half = round(size * (0.22 + 0.13 * math.sin(2 * math.pi * row / size)))
        pen.line((size // 2 - half, row, size // 2 + half, row), fill=color)
    stored = io.BytesIO()
    image.save(stored, "PNG")
    return stored.getvalue()
