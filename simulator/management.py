"""The management port of a device, inside TLS: sign-in and commands (section 4)."""

import asyncio
from collections.abc import Callable
import hmac
import json

from . import network
from .errors import HangUpError
from .keys import ClientKey, KeyFormatError, TrustedKey
from .machine import Machine
from .wire import Frames

_NAME_BYTES = 128
#: The commands a device stumbles over when they have too few words.
_WITH_WORDS = "add_trust remove_trust rename passwd reset_passwd network"


class Management:
    """The management port of a device."""

    def __init__(
        self, machine: Machine, apply_network: Callable[[dict[str, str]], None]
    ) -> None:
        self._machine = machine
        self._apply_network = apply_network

    async def serve(self, frames: Frames) -> None:
        """Talk until the connection ends."""
        await self._sign_in(frames)
        while True:
            try:
                reply = await self._run(frames, await frames.receive())
            except network.BrokenRequestError as err:
                await frames.send("UNKNOWN_ERROR")
                raise HangUpError from err
            if reply is not None:
                await frames.send(reply)

    async def _sign_in(self, frames: Frames) -> None:
        machine = self._machine
        nonce = machine.config.random(64)
        await frames.send_raw(nonce)
        try:
            key = ClientKey.from_pem(await frames.receive())
        except KeyFormatError as err:
            await frames.send("error BAD_PARAMS")
            raise HangUpError from err
        trusted = key.access_id in machine.trust
        await frames.send("sign" if trusted else "password")
        verdict = ""
        while verdict != "ok":
            answer = await frames.receive()
            if trusted:
                verdict = self._check_signature(key, answer, nonce)
            else:
                offered = answer.decode(errors="replace")
                machine.received.passwords.append(offered)
                verdict = self._check_password(offered)
            await frames.send(verdict)
            if verdict == "error AUTH_ERROR":
                raise HangUpError
        frames.wire.record.access_id = key.access_id
        machine.pulse()

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
        machine = self._machine
        raw, *words = frame.split(b"\0")
        name, *texts = (part.decode(errors="replace") for part in (raw, *words))
        machine.received.management.append((name, *texts))
        machine.pulse()
        if name in machine.faults.replies:
            return machine.faults.replies[name]
        # A command takes at least so many words, and ignores those that follow.
        match name, words:
            case "add_trust", [_, pem, *_]:
                return self._add_trust(texts[0], pem)
            case "list_trust", _:
                await self._list_trust(frames)
            case "remove_trust", [_, *_]:
                if machine.trust.pop(texts[0], None) is None:
                    return "error NOT_FOUND"
                machine.changed()
            case "rename", [new, *_]:
                return self._rename(new)
            case "passwd", [_, _, *more]:
                verdict = self._check_password(texts[0])
                if verdict == "ok":
                    self._set_password(texts[1], forget=more[:1] in ([], [b"Y"]))
                return verdict
            case "reset_passwd", [_, *_]:
                self._set_password(texts[0], forget=True)
            case "scan_wifi", _:
                await self._scan_wifi(frames)
            case "network", [_, *_]:
                try:
                    self._apply_network(network.parse(words))
                except network.RefusedError as refusal:
                    return f"er BAD_PARAMS {refusal}"
            case _ if name in _WITH_WORDS.split():
                raise network.BrokenRequestError
            case _:
                return "error UNKNOWN_COMMAND"
        return "ok"

    def _add_trust(self, label: str, pem: bytes) -> str:
        try:
            key = TrustedKey.from_pem(label, pem)
        except KeyFormatError:
            return "error BAD_PARAMS"
        if not self._machine.trust.add(key):
            return "error OPERATION_ERROR"
        self._machine.changed()
        return "ok"

    async def _list_trust(self, frames: Frames) -> None:
        for key in self._machine.trust.values():
            if self._machine.config.old_list_trust:
                entry = f"label={key.label}\0access_id={key.access_id}"
            else:
                named = {"label": key.label, "type": key.type}
                entry = json.dumps(named | {"access_id": key.access_id})
            await frames.send(f"data {entry}")

    def _rename(self, name: bytes) -> str:
        """Take another name: any of at most 128 bytes."""
        if len(name) > _NAME_BYTES:
            return "error BAD_PARAMS"
        try:
            self._machine.rename(name.decode())
        except UnicodeDecodeError:
            self._machine.rename("")
        return "ok"

    def _set_password(self, new: str, *, forget: bool) -> None:
        self._machine.set_password(new or None)
        if forget:
            self._machine.forget_trust()

    async def _scan_wifi(self, frames: Frames) -> None:
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
