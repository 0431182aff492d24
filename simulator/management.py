"""The management port of a device, inside TLS: sign-in and commands (section 4)."""

import asyncio
from collections.abc import Awaitable, Callable
import hmac
from inspect import signature
import json
from typing import Concatenate

from . import network
from .keys import ClientKey, KeyFormatError, TrustedKey
from .machine import Machine
from .wire import Frames, Wire

_NAME_BYTES = 128


class Management:
    """What the management port does; each command returns its last reply."""

    def __init__(
        self, machine: Machine, apply_network: Callable[[dict[str, str]], None]
    ) -> None:
        self._machine = machine
        self._apply_network = apply_network

    async def serve(self, frames: Frames, wire: Wire) -> None:
        """Talk until either side ends it."""
        if not await self._sign_in(frames, wire):
            return
        while (frame := await frames.receive()) is not None:
            try:
                reply = await self._run(frames, frame)
            except network.BrokenRequestError:
                await frames.send("UNKNOWN_ERROR")
                return
            if reply is not None:
                await frames.send(reply)

    async def _sign_in(self, frames: Frames, wire: Wire) -> bool:
        machine = self._machine
        nonce = machine.config.random(64)
        await frames.send_raw(nonce)
        if (pem := await frames.receive()) is None:
            return False
        try:
            key = ClientKey.from_pem(pem)
        except KeyFormatError:
            await frames.send("error BAD_PARAMS")
            return False
        trusted = key.access_id in machine.trust
        await frames.send("sign" if trusted else "password")
        while (answer := await frames.receive()) is not None:
            if trusted:
                verdict = self._check_signature(key, answer, nonce)
            else:
                offered = answer.decode(errors="replace")
                machine.received.passwords.append(offered)
                verdict = self._check_password(offered)
            await frames.send(verdict)
            if verdict == "ok":
                wire.record.access_id = key.access_id
                machine.signal.pulse()
                return True
            if verdict == "error AUTH_ERROR":
                return False
        return False

    def _check_signature(self, key: ClientKey, answer: bytes, nonce: bytes) -> str:
        try:
            signed = bytes.fromhex(answer.decode("ascii"))
        except ValueError:
            return "error AUTH_ERROR"
        message = hmac.digest(self._machine.uuid_bytes, nonce, "sha1")
        return "ok" if key.verify(signed, message) else "error AUTH_ERROR"

    def _check_password(self, offered: str) -> str:
        password = self._machine.password
        if password is None:
            return "ok"
        if not (password.isascii() and offered.isascii()):
            # The firmware stores such a password, and then fails to compare it.
            return "error UNKNOWN_ERROR"
        return "ok" if password == offered else "error AUTH_ERROR"

    async def _run(self, frames: Frames, frame: bytes) -> str | None:
        """Do a command; ``BrokenRequestError`` when the device stumbles over it."""
        name, *words = frame.split(b"\0")
        text = name.decode(errors="replace")
        received = self._machine.received.management
        received.append((text, *(word.decode(errors="replace") for word in words)))
        self._machine.signal.pulse()
        replies = self._machine.faults.replies
        if text in replies:
            return replies[text]
        if (run := _COMMANDS.get(text)) is None:
            return "error UNKNOWN_COMMAND"
        try:
            signature(run).bind(self, frames, *words)
        except TypeError as err:
            raise network.BrokenRequestError from err
        return await run(self, frames, *words)

    async def add_trust(
        self, _: Frames, label: bytes, pem: bytes, *_more: bytes
    ) -> str:
        """Trust another key."""
        try:
            key = TrustedKey.from_pem(label.decode(errors="replace"), pem)
        except KeyFormatError:
            return "error BAD_PARAMS"
        if not self._machine.trust.add(key):
            return "error OPERATION_ERROR"
        self._machine.changed()
        return "ok"

    async def list_trust(self, frames: Frames, *_more: bytes) -> str:
        """Name every trusted key."""
        for key in self._machine.trust:
            if self._machine.config.old_list_trust:
                entry = f"label={key.label}\0access_id={key.access_id}"
            else:
                named = {"label": key.label, "type": key.type}
                entry = json.dumps(named | {"access_id": key.access_id})
            await frames.send(f"data {entry}")
        return "ok"

    async def remove_trust(self, _: Frames, access_id: bytes, *_more: bytes) -> str:
        """Trust a key no more."""
        if not self._machine.trust.remove(access_id.decode(errors="replace")):
            return "error NOT_FOUND"
        self._machine.changed()
        return "ok"

    async def rename(self, _: Frames, name: bytes, *_more: bytes) -> str:
        """Take another name: any of at most 128 bytes."""
        if len(name) > _NAME_BYTES:
            return "error BAD_PARAMS"
        try:
            self._machine.rename(name.decode())
        except UnicodeDecodeError:
            self._machine.rename("")
        return "ok"

    async def passwd(
        self, _: Frames, old: bytes, new: bytes, forget: bytes = b"Y", *_more: bytes
    ) -> str:
        """Change the password; unless told otherwise, forget every key."""
        verdict = self._check_password(old.decode(errors="replace"))
        if verdict == "ok":
            self._set_password(new, forget=forget == b"Y")
        return verdict

    async def reset_passwd(self, _: Frames, new: bytes, *_more: bytes) -> str:
        """Set a password without knowing the old one, and forget every key."""
        self._set_password(new, forget=True)
        return "ok"

    def _set_password(self, new: bytes, *, forget: bool) -> None:
        self._machine.set_password(new.decode(errors="replace") or None)
        if forget:
            self._machine.forget_trust()

    async def scan_wifi(self, frames: Frames, *_more: bytes) -> str:
        """List the networks in reach."""
        await asyncio.sleep(self._machine.config.timing.scan)
        for found in self._machine.networks:
            if not found.hidden:
                entry = {
                    "rssi": found.rssi,
                    "security": found.security,
                    "encrypt": found.encrypt,
                    "ssid": found.ssid,
                    "bssid": found.bssid,
                }
                await frames.send(f"data {json.dumps(entry)}")
        return "ok"

    async def set_network(self, _: Frames, word: bytes, *more: bytes) -> str:
        """Answer ``ok``, and only then try."""
        try:
            values = network.parse((word, *more))
        except network.RefusedError as refusal:
            return f"er BAD_PARAMS {refusal}"
        self._apply_network(values)
        return "ok"


#: A command takes at least the words it names, and ignores those that follow.
_COMMANDS: dict[str, Callable[Concatenate[Management, Frames, ...], Awaitable[str]]] = {
    "add_trust": Management.add_trust,
    "list_trust": Management.list_trust,
    "remove_trust": Management.remove_trust,
    "rename": Management.rename,
    "passwd": Management.passwd,
    "reset_passwd": Management.reset_passwd,
    "scan_wifi": Management.scan_wifi,
    "network": Management.set_network,
}
