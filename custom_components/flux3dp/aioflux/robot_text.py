"""How robot commands are spelled, and what their short replies say (section 5).

Pure. The device splits a command as a POSIX shell does, so every word of ours
is quoted; the storages and their paths are checked here. Which commands there
are, and when to send them, is the business of `robot.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
import re
import shlex
from types import MappingProxyType
import unicodedata

from .errors import InvalidRequest, ProtocolError
from .util import clean_text

STORAGES = ("SD", "USB")
"""The storages of a device: the memory card, and a stick that is only read."""

_BINARY = re.compile(r"binary (\S+) (\d{1,10})", re.ASCII)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff")
_VALUE = "ok VAL "
_NO_VALUE = "ok EMPTY"

# Control characters and lone surrogates: no name has them, and a shell's words
# or UTF-8 would break on them.
_FORBIDDEN = frozenset(("Cc", "Cs"))


def encode_command(*words: str) -> bytes:
    """Return a command of these words, quoted."""
    return " ".join(shlex.quote(word) for word in words).encode()


def check_word(field: str, word: str) -> str:
    """Return a word that can be sent; InvalidRequest names `field` otherwise."""
    if not word:
        raise InvalidRequest(field, "missing", f"{field} cannot be empty")
    if any(unicodedata.category(character) in _FORBIDDEN for character in word):
        raise InvalidRequest(
            field, "control_characters", f"{field} has visible characters only"
        )
    return word


def split_path(path: str) -> tuple[str, str]:
    """Return storage and path of `SD/folder/job.fc`, as commands want them.

    InvalidRequest (`path`): `unknown_storage`, `not_a_path` if it does not name
    a file or folder below it, `control_characters`.
    """
    check_word("path", path)
    storage, _, rest = path.partition("/")
    if storage not in STORAGES:
        raise InvalidRequest(
            "path", "unknown_storage", f"{path!r} does not begin with SD/ or USB/"
        )
    if any(part in ("", ".", "..") for part in rest.split("/")):
        raise InvalidRequest("path", "not_a_path", f"{path!r} does not name a file")
    return storage, rest


def is_picture(data: bytes) -> bool:
    """Whether a part of a job's info is a picture a browser shows: PNG or JPEG.

    By its first bytes: what the device calls it is the slicer's word.
    """
    return data.startswith(_PICTURES)


def parse_binary(text: str) -> tuple[str, int] | None:
    """Return MIME type and size of a `binary …` reply; None if it is another."""
    match = _BINARY.fullmatch(text)
    return (match[1], int(match[2])) if match else None


def parse_value(text: str) -> str | None:
    """Return the value in the reply to `config get`, None if it is not set."""
    if text == _NO_VALUE:
        return None
    if not text.startswith(_VALUE):
        raise ProtocolError("a configuration value that is none")
    return text.removeprefix(_VALUE)


def parse_device_details(text: str) -> Mapping[str, str]:
    """Return the lines of a `deviceinfo`, by their keys; a line without one is left out."""
    verb, *lines = text.split("\n")
    if verb != "ok":
        raise ProtocolError("device details that do not begin with ok")
    pairs = (line.partition(":") for line in lines)
    return MappingProxyType(
        {clean_text(key): clean_text(value) for key, found, value in pairs if found}
    )


def parse_mac_addresses(details: Mapping[str, str]) -> Mapping[str, str]:
    """Return the MAC address of each interface (`wlan0`) in device details."""
    pairs = (part.partition(":") for part in details.get("macaddr", "").split(","))
    return MappingProxyType({name: mac for name, found, mac in pairs if found})
