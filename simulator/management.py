"""The management port of a device: sign-in and commands (section 4).

Owns the words that are said on one connection. What a command changes is the device's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import hmac
import json
from typing import TYPE_CHECKING

from . import network
from .frames import Frames
from .keys import ClientKey, KeyFormatError
from .received import ConnectionRecord
from .trust import TrustedKey

if TYPE_CHECKING:
    from .device import Device

_NAME_BYTES = 128


class CloseError(Exception):
    """The device closes the connection."""


@dataclass(frozen=True, slots=True)
class _Command:
    words: int
    run: Callable[[ManagementSession, list[bytes]], Awaitable[None]]


@dataclass
class ManagementSession:
    """One connection to the management port, from inside TLS on."""

    device: Device
    frames: Frames
    record: ConnectionRecord
    _key: ClientKey | None = field(default=None, init=False)

    async def run(self) -> None:
        """Talk until either side ends it."""
        try:
            if await self._sign_in():
                while (frame := await self.frames.receive()) is not None:
                    await self._command(frame)
        except CloseError:
            pass

    async def _sign_in(self) -> bool:
        nonce = self.device.config.random(64)
        await self.frames.send_raw(nonce)
        if (pem := await self.frames.receive()) is None:
            return False
        try:
            key = ClientKey.from_pem(pem)
        except KeyFormatError:
            await self.frames.send("error BAD_PARAMS")
            return False
        trusted = key.access_id in self.device.trust
        await self.frames.send("sign" if trusted else "password")
        while (answer := await self.frames.receive()) is not None:
            verdict = (
                self._signed(key, answer, nonce)
                if trusted
                else self._password_error(answer)
            )
            await self.frames.send(verdict)
            if verdict == "ok":
                self.record.access_id = key.access_id
                self.device.signal.pulse()
                return True
            if verdict == "error AUTH_ERROR":
                return False
        return False

    def _signed(self, key: ClientKey, answer: bytes, nonce: bytes) -> str:
        try:
            signature = bytes.fromhex(answer.decode("ascii"))
        except ValueError:
            return "error AUTH_ERROR"
        message = hmac.digest(self.device.uuid_bytes, nonce, "sha1")
        return "ok" if key.verify(signature, message) else "error AUTH_ERROR"

    def _password_error(self, answer: bytes) -> str:
        offered = answer.decode(errors="replace")
        self.device.received.passwords.append(offered)
        return self._compare(offered)

    def _compare(self, offered: str) -> str:
        password = self.device.password
        if password is None:
            return "ok"
        if not (password.isascii() and offered.isascii()):
            # The firmware stores such a password, and then fails to compare it.
            return "error UNKNOWN_ERROR"
        return "ok" if password == offered else "error AUTH_ERROR"

    async def _command(self, frame: bytes) -> None:
        name, *words = frame.split(b"\0")
        text = name.decode(errors="replace")
        self.device.received.management.append(
            (text, *(word.decode(errors="replace") for word in words))
        )
        self.device.signal.pulse()
        replies = self.device.faults.replies
        if text in replies:
            if (reply := replies[text]) is not None:
                await self.frames.send(reply)
            return
        command = _COMMANDS.get(text)
        if command is None:
            await self.frames.send("error UNKNOWN_COMMAND")
        elif len(words) < command.words:
            await self._stumble()
        else:
            await command.run(self, words)

    async def _stumble(self) -> None:
        await self.frames.send("UNKNOWN_ERROR")
        raise CloseError

    async def add_trust(self, words: list[bytes]) -> None:
        """Trust another key."""
        try:
            key = TrustedKey.from_pem(words[0].decode(errors="replace"), words[1])
        except KeyFormatError:
            await self.frames.send("error BAD_PARAMS")
            return
        if not self.device.trust.add(key):
            await self.frames.send("error OPERATION_ERROR")
            return
        self.device.changed()
        await self.frames.send("ok")

    async def list_trust(self, words: list[bytes]) -> None:
        """Name every trusted key."""
        for key in self.device.trust:
            if self.device.config.old_list_trust:
                await self.frames.send(
                    f"data label={key.label}\0access_id={key.access_id}"
                )
                continue
            entry = {"label": key.label, "type": key.type, "access_id": key.access_id}
            await self.frames.send(f"data {json.dumps(entry)}")
        await self.frames.send("ok")

    async def remove_trust(self, words: list[bytes]) -> None:
        """Trust a key no more."""
        if not self.device.trust.remove(words[0].decode(errors="replace")):
            await self.frames.send("error NOT_FOUND")
            return
        self.device.changed()
        await self.frames.send("ok")

    async def rename(self, words: list[bytes]) -> None:
        """Take another name: any of at most 128 bytes."""
        if len(words[0]) > _NAME_BYTES:
            await self.frames.send("error BAD_PARAMS")
            return
        try:
            name = words[0].decode()
        except UnicodeDecodeError:
            name = ""
        self.device.rename(name)
        await self.frames.send("ok")

    async def passwd(self, words: list[bytes]) -> None:
        """Change the password; unless told otherwise, forget every key."""
        verdict = self._compare(words[0].decode(errors="replace"))
        if verdict == "ok":
            self._set_password(words[1], forget=words[2:3] in ([], [b"Y"]))
        await self.frames.send(verdict)

    async def reset_passwd(self, words: list[bytes]) -> None:
        """Set a password without knowing the old one, and forget every key."""
        self._set_password(words[0], forget=True)
        await self.frames.send("ok")

    def _set_password(self, new: bytes, *, forget: bool) -> None:
        self.device.set_password(new.decode(errors="replace") or None)
        if forget:
            self.device.forget_trust()

    async def scan_wifi(self, words: list[bytes]) -> None:
        """List the networks in reach."""
        await asyncio.sleep(self.device.config.timing.scan)
        for found in self.device.networks:
            if found.hidden:
                continue
            entry = {
                "rssi": found.rssi,
                "security": found.security,
                "encrypt": found.encrypt,
                "ssid": found.ssid,
                "bssid": found.bssid,
            }
            await self.frames.send(f"data {json.dumps(entry)}")
        await self.frames.send("ok")

    async def network(self, words: list[bytes]) -> None:
        """Answer ``ok``, and only then try."""
        try:
            values = network.parse(words)
        except network.RefusedError as refusal:
            await self.frames.send(f"er BAD_PARAMS {refusal}")
        except network.BrokenRequestError:
            await self._stumble()
        else:
            await self.frames.send("ok")
            self.device.wifi.apply(values)


_COMMANDS = {
    "add_trust": _Command(2, ManagementSession.add_trust),
    "list_trust": _Command(0, ManagementSession.list_trust),
    "remove_trust": _Command(1, ManagementSession.remove_trust),
    "rename": _Command(1, ManagementSession.rename),
    "passwd": _Command(2, ManagementSession.passwd),
    "reset_passwd": _Command(1, ManagementSession.reset_passwd),
    "scan_wifi": _Command(0, ManagementSession.scan_wifi),
    "network": _Command(1, ManagementSession.network),
}
