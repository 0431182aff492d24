"""Management: trust, name, password, Wi-Fi (protocol.md section 4, over UDP section 8)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
import inspect
from typing import Literal, Self

from .device import DeviceInfo
from .errors import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    InvalidRequest,
    ProtocolError,
    Unsupported,
)
from .handshake import MANAGEMENT_PORT, open_session
from .identity import ClientKey
from .network import NetworkConfig, WifiNetwork, parse_wifi_network
from .session import Client, Session
from .timing import DEFAULT_TIMING, Timing
from .udp_management import UdpSession, identify
from .util import clean_text, is_blank, json_object, parse_pairs, text_of

type Password = str | Callable[[], str | Awaitable[str]]
type AuthorizedBy = Literal["key", "password"]

_CHALLENGE_LENGTH = 64
_MAX_NAME = 128
# Two of them and the command must fit into one frame.
_MAX_PASSWORD = 1000
# Far above what devices send, far below what would hurt to keep.
_MAX_ITEMS = 1000
_MAX_ITEMS_LENGTH = 256 * 1024
# A device without a password takes any text, but never answers an empty one.
_ANY_TEXT = "-"


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key that the device trusts.

    `access_id` (40 hex digits) opens the robot port of current firmware: a secret, so
    it is in no `repr`.
    """

    label: str
    type: str
    access_id: str = field(repr=False)
    is_ours: bool = False


class Manager(Client):
    """A signed-in management connection; an async context manager.

    Firmware before 1.1b1 is managed over UDP: its device changes its password and its
    network, and all else is Unsupported.
    """

    def __init__(
        self,
        session: Session | UdpSession,
        device: DeviceInfo,
        key: ClientKey,
        authorized_by: AuthorizedBy,
    ) -> None:
        super().__init__(session, device)
        self._key = key
        self.authorized_by = authorized_by

    @classmethod
    async def open(
        cls,
        device: DeviceInfo,
        key: ClientKey,
        *,
        password: Password | None = None,
        timing: Timing = DEFAULT_TIMING,
        expected_key: bytes | None = None,
    ) -> Self:
        """Connect and sign in, as `Client`.

        `password` is used only if our key is not trusted; a callable is called only
        then. Raises Unsupported too, and InvalidRequest for a password no device can have.
        """
        master_key = expected_key or device.master_key
        session: Session | UdpSession
        try:
            async with open_session(
                device.host, MANAGEMENT_PORT, master_key, timing
            ) as session:
                signed_in = await _sign_in(session, device, key, password)
        except ConnectionFailed as err:
            # The firmware's version is only what a datagram says; the port is proof.
            if not device.may_take_udp:
                if device.manageable:
                    raise
                raise Unsupported(
                    f"firmware {device.firmware} is too old: it needs 1.1 or newer"
                ) from err
            session = UdpSession(device, master_key, key, timing)
            signed_in = await _sign_in_over_udp(session, device, password)
        return cls(session, device, key, signed_in)

    # -- trust

    async def add_trust(self, label: str) -> bool:
        """Make the device trust our key; False if it did already."""
        _check_word("label", label)
        try:
            await self._command(
                "add_trust", label, self._key.public_pem.decode("ascii")
            )
        except CommandFailed as err:
            if err.symbol == "OPERATION_ERROR":
                return False
            raise
        return True

    async def list_trust(self) -> tuple[TrustedKey, ...]:
        """Return every key the device trusts, ours marked."""
        ours = self._key.access_id.hex()
        items = await self._command("list_trust")
        return tuple(_readable(items, lambda item: _parse_trust(item, ours)))

    async def remove_trust(self, access_id: str) -> None:
        """Remove a key by its whole id in hex; CommandFailed `NOT_FOUND`."""
        _check_word("access_id", access_id)
        await self._command("remove_trust", access_id.lower())

    # -- name and password

    async def rename(self, name: str) -> None:
        """Give the device a name of 1 to 128 bytes of UTF-8.

        InvalidRequest for what the device would take and then not show.
        """
        check_name(name)
        await self._command("rename", name)

    async def change_password(
        self, old: str, new: str, *, forget_trusted: bool = False
    ) -> None:
        """Change the password; an empty new one removes it.

        With `forget_trusted` every key is forgotten, ours too: `add_trust` on this
        connection, which stays authorized. AuthenticationFailed if the old password is
        wrong.
        """
        check_password("old_password", old, allow_empty=True)
        check_password("new_password", new, allow_empty=True)
        try:
            # Without the third word the device forgets every key.
            await self._command("passwd", old, new, "Y" if forget_trusted else "F")
        except CommandFailed as err:
            if err.symbol == "AUTH_ERROR":
                raise AuthenticationFailed("the old password is wrong") from err
            raise

    async def reset_password(self, new: str) -> None:
        """Set a password without the old one; every key is forgotten, ours too."""
        check_password("new_password", new, allow_empty=True)
        await self._command("reset_passwd", new)

    # -- network

    async def scan_wifi(self) -> tuple[WifiNetwork, ...]:
        """Return the networks the device receives, strongest first; takes seconds."""
        items = await self._command("scan_wifi", timeout=self._session.timing.wifi_scan)
        networks = _readable(items, parse_wifi_network)
        return tuple(
            sorted(networks, key=lambda it: (it.rssi is None, -(it.rssi or 0)))
        )

    async def set_network(self, config: NetworkConfig) -> None:
        """Give the device another network, and close.

        Returns once the device has said `ok`; it applies the settings then and is gone.
        InvalidRequest before a byte is sent.
        """
        await self._command("network", *config.words())
        await self.close()

    async def _command(self, *words: str, timeout: float | None = None) -> list[str]:
        """Send a command and return the `data` items before its `ok`."""
        session = self._session
        if isinstance(session, UdpSession):
            await session.command(words)
            return []

        async def read() -> list[str]:
            items: list[str] = []
            length = 0
            while True:
                verb, _, rest = (await session.read_reply()).partition(" ")
                if verb == "ok":
                    return items
                if verb != "data":
                    raise ProtocolError(f"{words[0]} was answered with {verb[:40]!r}")
                items.append(rest)
                length += len(rest)
                if len(items) > _MAX_ITEMS or length > _MAX_ITEMS_LENGTH:
                    raise ProtocolError(f"{words[0]} was answered without end")

        return await session.exchange("\0".join(words).encode(), read, timeout)


async def verify_key(device: DeviceInfo, master_key: bytes, timing: Timing) -> None:
    """Return if the device at an address holds `master_key` (DER), raise if not.

    Nothing of ours is sent: no key, no password. A device that is managed over UDP shows
    signatures, which can be recorded. IdentityMismatch, ConnectionFailed.
    """
    try:
        async with open_session(
            device.host, MANAGEMENT_PORT, master_key, timing
        ) as session:
            await session.close()
    except ConnectionFailed:
        if not device.may_take_udp:
            raise
        await identify(device, master_key, timing)


async def ensure_trusted(
    device: DeviceInfo,
    key: ClientKey,
    *,
    label: str,
    password: Password | None = None,
    timing: Timing = DEFAULT_TIMING,
    expected_key: bytes | None = None,
) -> AuthorizedBy:
    """Sign in, and make the device trust our key if that took the password.

    Returns which of the two opened. Raises what `Manager.open` raises, and
    CommandFailed if the device does not take the key.
    """
    async with await Manager.open(
        device, key, password=password, timing=timing, expected_key=expected_key
    ) as manager:
        if manager.authorized_by == "password":
            await manager.add_trust(label)
        return manager.authorized_by


def check_name(name: str) -> None:
    """Raise InvalidRequest for a name that the device would take and not show."""
    if clean_text(name) != name:
        message = "a name has visible characters only"
        raise InvalidRequest("name", "control_characters", message)
    if is_blank(name):
        raise InvalidRequest("name", "empty_name", "a name cannot be empty")
    if len(name.encode()) > _MAX_NAME:
        message = f"a name has at most {_MAX_NAME} bytes"
        raise InvalidRequest("name", "name_too_long", message)


def check_password(name: str, password: str, *, allow_empty: bool = False) -> None:
    """Raise InvalidRequest for a password that lets no client sign in.

    `name` is the field of the error. The device would store it all the same.
    """
    if not password and not allow_empty:
        message = "an empty password is never answered"
        raise InvalidRequest(name, "empty_password", message)
    if not (password.isascii() and password.isprintable()):
        message = "a password has visible ASCII characters only"
        raise InvalidRequest(name, "password_not_ascii", message)
    if len(password) > _MAX_PASSWORD:
        message = f"a password has at most {_MAX_PASSWORD} characters"
        raise InvalidRequest(name, "password_too_long", message)


def _check_word(name: str, word: str) -> None:
    """Raise InvalidRequest for a word that would fall apart on the way."""
    if not word or "\0" in word:
        message = f"{name} is empty or has a zero byte"
        raise InvalidRequest(name, "forbidden_character", message)


async def _sign_in(
    session: Session, device: DeviceInfo, key: ClientKey, password: Password | None
) -> AuthorizedBy:
    """Authorize by key, or by password if the device asks for one."""
    timeout = session.timing.handshake

    async def ask(text: bytes) -> str:
        return await session.exchange(text, session.read_reply, timeout)

    async with session.guard(timeout):
        challenge = await session.read_exactly(_CHALLENGE_LENGTH)
    try:
        asked = await ask(key.public_pem)
        if asked == "sign":
            proof = key.sign_challenge(device.uuid, challenge).hex()
        elif asked == "password":
            proof = await _get_password(device, password)
        else:
            raise ProtocolError(f"the device asks for {asked[:40]!r}")
        answer = await ask(proof.encode("ascii"))
    except CommandFailed as err:
        if err.symbol == "AUTH_ERROR":
            message = "the device does not accept our key or the password"
            raise AuthenticationFailed(message) from err
        raise
    if answer != "ok":
        raise ProtocolError(f"the sign-in was answered with {answer[:40]!r}")
    return "key" if asked == "sign" else "password"


async def _sign_in_over_udp(
    session: UdpSession, device: DeviceInfo, password: Password | None
) -> AuthorizedBy:
    """Authorize by key, or by password, which makes the device trust our key."""
    if await session.sign_in():
        return "key"
    await session.sign_in_with_password(await _get_password(device, password))
    return "password"


async def _get_password(device: DeviceInfo, password: Password | None) -> str:
    """Return the password to send; only now a callable is called."""
    given = password() if callable(password) else password
    text = await given if inspect.isawaitable(given) else given
    if not text and not device.has_password:
        return _ANY_TEXT
    if text is None:
        raise AuthenticationFailed(
            "the device does not trust our key and wants the password"
        )
    check_password("password", text)
    return text


def _readable[T](items: list[str], parse: Callable[[str], T | None]) -> list[T]:
    """Return the items that can be read; ProtocolError if there are some, and none can."""
    found = [parsed for it in items if (parsed := parse(it)) is not None]
    if items and not found:
        raise ProtocolError("a list that cannot be read")
    return found


def _parse_trust(data: str, ours: str) -> TrustedKey | None:
    """Return a trusted key from JSON, or from `label=…`, … of older firmware."""
    item: Mapping[str, object] | None = (
        json_object(data) if data.startswith("{") else parse_pairs(data, "\0", "=")
    )
    if not item:
        return None
    access_id = text_of(item.get("access_id")).lower()
    return TrustedKey(
        label=text_of(item.get("label")),
        type=text_of(item.get("type")),
        access_id=access_id,
        is_ours=access_id == ours,
    )
