"""How robot commands are spelled and sent, and what their short replies say (section 5)."""

from collections.abc import Awaitable, Callable
from functools import lru_cache
import re
import shlex
import unicodedata

from .errors import InvalidRequest, ProtocolError
from .frames import encode_frame
from .session import Session

STORAGES = ("SD", "USB")
"""The storages of a device: the memory card, and a stick that is only read."""

MAX_PICTURE = 4 * 1024 * 1024
"""The largest picture that is kept (bytes), far above what devices and slicers write."""
MAX_PICTURES = 16
# What else is read, and dropped, rather than to lose the connection.
_MAX_SKIPPED = 32 * 1024 * 1024

_BINARY = re.compile(r"binary (\S+) (\d{1,10})", re.ASCII)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff")

# Control characters and lone surrogates: no name has them, and a shell's words or UTF-8
# would break on them.
_FORBIDDEN = frozenset(("Cc", "Cs"))


@lru_cache(maxsize=16)  # A report is asked for every other second, in the same words.
def encode_command(*words: str) -> bytes:
    """Return a command of these words, quoted: the device splits it as a shell does.

    The path of a storage itself is no word, as in the recordings.
    """
    return " ".join(word and shlex.quote(word) for word in words).encode()


class Commands:
    """Sends commands over the session of a robot connection."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def _request[T](
        self,
        read: Callable[[], Awaitable[T]],
        *words: str,
        timeout: float | None = None,
    ) -> T:
        """Send a command and return what `read` makes of its reply."""
        return await self._session.exchange(encode_command(*words), read, timeout)

    async def _ask[T](self, parse: Callable[[str], T], *words: str) -> T:
        """Send a command and return what `parse` makes of its reply of one frame."""

        async def read() -> T:
            return parse(await self._session.read_reply())

        return await self._request(read, *words)

    async def _order(self, *words: str, timeout: float | None = None) -> str:
        """Send a command that is answered with `ok`; return what follows that."""
        return await self._request(self._read_word, *words, timeout=timeout)

    async def _write(self, *words: str) -> None:
        """Send a command in the middle of an exchange."""
        await self._session.write(encode_frame(encode_command(*words)))

    async def _read_word(self, word: str = "ok") -> str:
        """Read a reply that begins with a word; return what follows that (section 3)."""
        return _rest_of(await self._session.read_reply(), word)

    async def _read_parts(self) -> tuple[list[tuple[str, bytes]], str]:
        """Read the `binary` parts of a reply, and return what follows the `ok` after them.

        Each has a MIME type, which is its author's word. What is too large is left out,
        and what is too much.
        """
        parts: list[tuple[str, bytes]] = []
        while part := parse_binary(reply := await self._session.read_reply()):
            mime, size = part
            if size > _MAX_SKIPPED:
                raise ProtocolError(f"a part of {size} bytes")
            if size <= MAX_PICTURE and len(parts) < MAX_PICTURES:
                parts.append((mime, await self._session.read_exactly(size)))
                continue
            while size:
                size -= len(await self._session.read_some(size))
        return parts, _rest_of(reply, "ok")


def _rest_of(reply: str, word: str) -> str:
    verb, _, rest = reply.partition(" ")
    if verb != word:
        raise ProtocolError(f"a command was answered with {reply[:40]!r}")
    return rest


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


def split_folder(path: str) -> tuple[str, str]:
    """Return storage and path of a folder; those of a storage itself have no path.

    A folder may end in a slash, here and in every other function that takes one.
    """
    path = path.rstrip("/")
    return (path, "") if path in STORAGES else split_path(path)


def split_writable(path: str) -> tuple[str, str]:
    """Return storage and path; InvalidRequest (`path`, `read_only`) on USB."""
    storage, rest = split_path(path)
    if storage != "SD":
        raise InvalidRequest("path", "read_only", f"{storage} can only be read")
    return storage, rest


def parse_binary(text: str) -> tuple[str, int] | None:
    """Return MIME type and size of a `binary …` reply, None if it is another."""
    match = _BINARY.fullmatch(text)
    return (match[1], int(match[2])) if match else None


def is_picture(data: bytes) -> bool:
    """Return whether a browser can show it: PNG or JPEG, by its first bytes."""
    return data.startswith(_PICTURES)
