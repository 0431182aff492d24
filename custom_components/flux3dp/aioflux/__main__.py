"""The command line: `python -m aioflux`, or `aioflux` where it is installed."""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from getpass import getpass
import json
import logging
import os
from pathlib import Path
import sys
import time
from typing import Any

from . import (
    DEFAULT_TIMING,
    AuthenticationFailed,
    Camera,
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
    DeviceStatus,
    DeviceUpdate,
    FluxError,
    Identity,
    IdentityMismatch,
    InvalidRequest,
    Listener,
    Manager,
    NetworkConfig,
    check_name,
    ensure_trusted,
    fingerprint,
)
from .network import INTERFACES, SECURITIES

EXIT_CODES = (
    (InvalidRequest, 2),  # As argparse has it.
    (ConnectionFailed, 3),
    (AuthenticationFailed, 4),
    (IdentityMismatch, 5),
    (FluxError, 1),
    (OSError, 1),
)
INTERRUPTED = 130

_DATA_HOME = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
_KEY_FILE = _DATA_HOME / "aioflux" / "key.pem"
# Unanswered probes after which a watched device is offline.
_SILENT = 3

type Data = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    options = _parser().parse_args(arguments)
    level = logging.DEBUG if options.verbose else logging.ERROR
    logging.basicConfig(level=level, format="%(message)s")
    try:
        # Before the event loop runs, which would keep Ctrl-C from the prompt.
        options.password = _read_password(options)
        return asyncio.run(run(options))
    except KeyboardInterrupt:
        return INTERRUPTED


async def run(options: Namespace) -> int:
    """Run the command of parsed options; return its exit code."""
    timing = DEFAULT_TIMING
    if (wait := options.timeout) is not None:
        bounded = ("find", "connect", "handshake", "command", "camera_frame")
        timing = replace(timing, **dict.fromkeys(bounded, wait))
    interfaces = options.interface or ["0.0.0.0"]  # noqa: S104 - the system's default one
    listener = Listener(interfaces=interfaces, timing=timing)
    try:
        await listener.start()
        await options.run(listener, options)
    except (FluxError, OSError) as err:
        print(f"aioflux: {err}", file=sys.stderr)
        if isinstance(err, AuthenticationFailed):
            print(f"  see: aioflux trust {options.host}", file=sys.stderr)
        return next(code for kind, code in EXIT_CODES if isinstance(err, kind))
    finally:
        await listener.close()
    return 0


# -- commands


async def _discover(listener: Listener, options: Namespace) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(options.seconds):
            while True:
                listener.scan()
                await asyncio.sleep(listener.timing.scan_probe_interval)
    _show(options, [_describe(device) for device in listener.devices])


async def _info(listener: Listener, options: Namespace) -> None:
    _show(options, _describe(await listener.find(options.host)))


async def _status(listener: Listener, options: Namespace) -> None:
    device = await listener.find(options.host)
    received = asyncio.Queue[DeviceStatus]()

    def receive(update: DeviceUpdate) -> None:
        if update.status is not None:
            received.put_nowait(update.status)

    listener.subscribe(receive, uuid=device.uuid, host=device.host)
    listener.probe(device.host)
    shown: object = ()
    silent = 0
    while options.watch or shown == ():
        status: DeviceStatus | None = None
        try:
            async with asyncio.timeout(listener.timing.unheard_active):
                status = await received.get()
            silent = 0
        except TimeoutError:
            listener.probe(device.host)
            silent += 1
            if silent != _SILENT:
                continue
        if status != shown:
            shown = status
            _show(options, _state(status), line=options.watch)


async def _trust(listener: Listener, options: Namespace) -> None:
    device = await _find_known(listener, options)
    authorized_by = await ensure_trusted(
        device,
        _load_key(options.key),
        label=options.label,
        password=options.password,
        timing=listener.timing,
    )
    shown = fingerprint(device.master_key)
    if _known_devices(options.key).get(device.uuid) != shown:
        with _known_file(options.key).open("a") as known:
            known.write(f"{device.uuid} {shown}\n")
    new = authorized_by == "password"
    _show(options, {"name": device.name, "trusted": "now" if new else "already"})


async def _rename(listener: Listener, options: Namespace) -> None:
    check_name(options.name)
    async with await _manage(listener, options) as manager:
        await manager.rename(options.name)
    _show(options, {"name": options.name})


async def _scan_wifi(listener: Listener, options: Namespace) -> None:
    async with await _manage(listener, options) as manager:
        networks = await manager.scan_wifi()
    _show(options, [asdict(network) for network in networks])


async def _set_network(listener: Listener, options: Namespace) -> None:
    address, _, prefix = (options.address or "").partition("/")
    config = NetworkConfig(
        method="static" if address else "dhcp",
        ip_address=address or None,
        prefix_length=int(prefix) if prefix.isdecimal() else None,
        gateway=options.gateway,
        dns=tuple(options.dns),
        interface=options.device_interface,
        wifi_mode="host" if options.access_point else None,
        ssid=options.ssid,
        security=options.security,
        wifi_password=options.password or None,
        hidden=options.hidden,
    )
    config.validate()
    async with await _manage(listener, options) as manager:
        await manager.set_network(config)
    _show(options, {"network": "sent", "host": options.host})


async def _camera(listener: Listener, options: Namespace) -> None:
    device = await _find_known(listener, options)
    key = _load_key(options.key)
    async with await Camera.open(device, key, timing=listener.timing) as camera:
        picture = await camera.frame()
    options.file.write_bytes(picture)
    _show(options, {"file": str(options.file), "bytes": len(picture)})


# -- who a device is, and our key


async def _find_known(listener: Listener, options: Namespace) -> DeviceInfo:
    """Return a device to which something of ours may be sent; IdentityMismatch.

    FLUX's signature vouches for it, or a person has accepted its fingerprint.
    """
    device = await listener.find(options.host)
    shown = fingerprint(device.master_key)
    accepted = options.fingerprint or _known_devices(options.key).get(device.uuid)
    if accepted is None and device.identity is Identity.UNVERIFIED:
        raise IdentityMismatch(
            b"",
            device.master_key,
            "FLUX's signature does not vouch for this device. If this is its fingerprint,"
            f" and this a network you trust, run again with\n  --fingerprint {shown}",
        )
    if accepted is not None and accepted.upper() != shown:
        message = f"{options.host} has another fingerprint than expected: {shown}"
        raise IdentityMismatch(b"", device.master_key, message)
    return device


async def _manage(listener: Listener, options: Namespace) -> Manager:
    device = await _find_known(listener, options)
    return await Manager.open(device, _load_key(options.key), timing=listener.timing)


def _known_file(key_file: Path) -> Path:
    return key_file.with_name("known_devices")


def _known_devices(key_file: Path) -> dict[str, str]:
    """Return the accepted fingerprint of each uuid, the latest."""
    file = _known_file(key_file)
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split(" ") for line in lines if line.count(" ") == 1)


def _load_key(file: Path) -> ClientKey:
    """Return our key, a new one in a file of mode 0600 if there is none. OSError."""
    if file.exists():
        try:
            return ClientKey.from_pem(file.read_text())
        except (ValueError, TypeError) as err:  # The latter if it is encrypted.
            raise OSError(f"{file} holds no key: {err}") from err
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made first: cut short, it would leave a file without a key.
    key = ClientKey.generate()
    file.touch(0o600, exist_ok=False)
    file.write_text(key.to_pem())
    return key


def _read_password(options: Namespace) -> str | None:
    """Return the password that a command needs: asked for, or a line of stdin."""
    prompt = options.prompt
    if options.run is _set_network and (not options.ssid or options.security == "open"):
        prompt = None
    if prompt is None:
        return None
    return (
        getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    )


# -- output


def _describe(device: DeviceInfo) -> Data:
    return {
        "host": device.host,
        "name": device.name,
        "model": device.model_name,
        "firmware": device.firmware,
        "serial": device.serial,
        "uuid": device.uuid,
        "generation": device.version,
        "has_password": device.has_password,
        "identity": device.identity.value,
        "fingerprint": fingerprint(device.master_key),
    }


def _state(status: DeviceStatus | None) -> Data:
    if status is None:
        return {"state": "offline"}
    states = {
        "occupied": status.is_occupied,
        "paused": status.is_paused,
        "active": status.is_active,
        "idle": status.st_id == 0,
    }
    return {
        "state": next((name for name, it in states.items() if it), "ended"),
        "st_id": status.st_id,
        "progress": status.progress,
        "toolhead": status.head_module,
        "error": status.error_label,
        "occupied_by": status.occupied_by,
    }


def _show(options: Namespace, data: Data | list[Data], *, line: bool = False) -> None:
    """Print data as JSON, or a row for each value; on one line if wanted."""
    if options.json:
        text = json.dumps(data, ensure_ascii=False, indent=None if line else 2)
    elif line and isinstance(data, dict):
        values = (f"{name}={it}" for name, it in data.items() if it not in ("", None))
        text = f"{time.strftime('%H:%M:%S')}  {'  '.join(values)}"
    else:
        text = "\n\n".join(
            "\n".join(
                f"{name:12} {'-' if it in ('', None) else it}"
                for name, it in each.items()
            )
            for each in (data if isinstance(data, list) else [data])
        )
    print(text, flush=True)


def _parser() -> ArgumentParser:
    common = ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON")
    common.add_argument("-v", "--verbose", action="store_true", help="log to stderr")
    common.add_argument(
        "--interface",
        action="append",
        metavar="ADDRESS",
        help="IPv4 address of the interface to use; may be repeated",
    )
    common.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="wait so long for a device"
    )
    host = ArgumentParser(add_help=False, parents=[common])
    host.add_argument("host", help="the device's IPv4 address or host name")
    keyed = ArgumentParser(add_help=False, parents=[host])
    keyed.add_argument(
        "--key",
        type=Path,
        default=_KEY_FILE,
        help=f"file of our key, made if missing ({_KEY_FILE}); "
        "accepted fingerprints are kept beside it",
    )
    keyed.add_argument(
        "--fingerprint", help="accept the device with just this fingerprint"
    )

    parser = ArgumentParser(prog="aioflux", description="FLUX devices on this network.")
    parser.set_defaults(prompt=None)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: object, parent: ArgumentParser, text: str
    ) -> ArgumentParser:
        command = commands.add_parser(
            name, parents=[parent], help=text, description=text
        )
        command.set_defaults(run=run)
        return command

    discover = add("discover", _discover, common, "list the devices that answer")
    discover.add_argument("--seconds", type=float, default=DEFAULT_TIMING.scan)
    add("info", _info, host, "show what a device is")
    status = add("status", _status, host, "show what a device is doing")
    status.add_argument("--watch", action="store_true", help="and each change")
    trust = add("trust", _trust, keyed, "make a device trust our key, by its password")
    trust.add_argument("--label", default="aioflux", help="the name of our key there")
    trust.set_defaults(prompt="Password of the device: ")
    rename = add("rename", _rename, keyed, "give a device another name")
    rename.add_argument("name")
    add("scan-wifi", _scan_wifi, keyed, "list the networks that a device receives")
    network = add("set-network", _set_network, keyed, "give a device another network")
    network.set_defaults(prompt="Password of the Wi-Fi: ")
    network.add_argument("--device-interface", default="wlan0", choices=INTERFACES)
    network.add_argument("--ssid", help="its Wi-Fi; asks for the password")
    network.add_argument("--security", choices=SECURITIES)
    network.add_argument("--hidden", action="store_true")
    network.add_argument("--access-point", action="store_true", help="open its own")
    network.add_argument("--address", metavar="IP/BITS", help="static, not by DHCP")
    network.add_argument("--gateway", metavar="IP")
    network.add_argument("--dns", metavar="IP", action="append", default=[])
    camera = add("camera", _camera, keyed, "save a picture of a device's camera")
    camera.add_argument("file", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
