"""How robot commands are spelled, and what their short replies say (section 5)."""

import re
import shlex
import unicodedata

from .errors import InvalidRequest

STORAGES = ("SD", "USB")
"""The storages of a device: the memory card, and a stick that is only read."""

_BINARY = re.compile(r"binary (\S+) (\d{1,10})", re.ASCII)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff")

# Control characters and lone surrogates: no name has them, and a shell's words or UTF-8
# would break on them.
_FORBIDDEN = frozenset(("Cc", "Cs"))


def encode_command(*words: str) -> bytes:
    """Return a command of these words, quoted: the device splits it as a shell does."""
    return shlex.join(words).encode()


def split_path(path: str) -> tuple[str, str]:
    """Return storage and path of `SD/folder/job.fc`, as commands want them.

    InvalidRequest (`path`): `unknown_storage`, `not_a_path` if it does not name a file
    or folder below it, `control_characters`.
    """
    if any(unicodedata.category(character) in _FORBIDDEN for character in path):
        message = "a path has visible characters only"
        raise InvalidRequest("path", "control_characters", message)
    storage, _, rest = path.partition("/")
    if storage not in STORAGES:
        message = f"{path!r} does not begin with SD/ or USB/"
        raise InvalidRequest("path", "unknown_storage", message)
    if any(part in ("", ".", "..") for part in rest.split("/")):
        raise InvalidRequest("path", "not_a_path", f"{path!r} does not name a file")
    return storage, rest


def parse_binary(text: str) -> tuple[str, int] | None:
    """Return MIME type and size of a `binary …` reply, None if it is another."""
    match = _BINARY.fullmatch(text)
    return (match[1], int(match[2])) if match else None


def is_picture(data: bytes) -> bool:
    """Return whether a browser can show it: PNG or JPEG, by its first bytes."""
    return data.startswith(_PICTURES)
