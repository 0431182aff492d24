"""The errors of the library, as one small tree."""

from .util import clean_text

# A refusal is a symbol and a few words; a sentence for a person has no room for more.
_MAX_MESSAGE = 200


class FluxError(Exception):
    """Anything that can go wrong with a device, or on the way to it."""


class ConnectionFailed(FluxError):
    """No connection, or one that was refused, cut or silent for too long."""


class DeviceNotFound(ConnectionFailed):
    """No device answered at that address, or with that uuid, in time."""


class ProtocolError(ConnectionFailed):
    """The peer answered, but not as a FLUX device does (protocol.md section 3)."""


class AuthenticationFailed(FluxError):
    """The device does not accept our key or the password (`AUTH_ERROR`)."""


class IdentityMismatch(FluxError):
    """The peer has another master key than the expected one (section 3).

    Raised before a key or password was sent. Both keys are DER SubjectPublicKeyInfo;
    `presented` is empty if no key could be read.
    """

    def __init__(
        self,
        expected: bytes,
        presented: bytes,
        message: str = "the device presents another master key than the expected one",
    ) -> None:
        super().__init__(message)
        self.expected = expected
        self.presented = presented


class SlaveKeyMismatch(IdentityMismatch):
    """A generation 1 robot signs with a slave key other than the announced one.

    A slave key lasts until the device's next boot, so this is what a reboot looks
    like, and an impostor too: touch the device again and retry once. `presented` is
    empty, a signature shows no key (section 5).
    """

    def __init__(self, expected: bytes) -> None:
        super().__init__(
            expected, b"", "the device signs with another slave key than it announced"
        )


class CommandFailed(FluxError):
    """The device refused a command: `error SYMBOL [words]` (section 3).

    `symbol` is such as `RESOURCE_BUSY`; `str()` may be logged and shown.
    """

    def __init__(self, symbol: str, words: tuple[str, ...] = ()) -> None:
        super().__init__(clean_text(" ".join((symbol, *words)))[:_MAX_MESSAGE])
        self.symbol = symbol
        self.words = words


class Kicked(FluxError):
    """Another client took the device over; the session is gone (section 5)."""


class Unsupported(FluxError):
    """The device or its firmware cannot do this at all."""


class LeftBehind(ConnectionFailed):
    """An upload broke off, and what had arrived could not be removed.

    `path` is where it is; `__cause__` why the upload broke off.
    """

    def __init__(self, path: str) -> None:
        super().__init__(f"an upload broke off and left {path} on the device")
        self.path = path


class HeaterLeftOn(ConnectionFailed):
    """A connection broke in maintenance, and the heater could not be turned off.

    `__cause__` says why the connection broke.
    """

    def __init__(self) -> None:
        super().__init__("the heater may still be on")


class InvalidRequest(FluxError):
    """Refused before a byte was sent: the device would take it and break.

    `field` names the argument, `reason` is a stable identifier such as `not_ascii`,
    `str()` is an English sentence; `limit` is what it may be, of a temperature (°C).
    """

    def __init__(
        self, field: str, reason: str, message: str, limit: float | None = None
    ) -> None:
        super().__init__(message)
        self.field = field
        self.reason = reason
        self.limit = limit
