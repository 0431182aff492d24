"""What others on the network can make the library do: forged replies, and a large home.

The listener is fed directly and in real time: what it grants strangers is granted by
the second, so a loop that runs as fast as it can would flatter it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count
import random
import time

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custom_components.flux3dp.aioflux import Listener, Timing
from custom_components.flux3dp.aioflux.datagram import TouchReply, decode
from simulator.datagrams import info_text, notify_v2, touch_reply_v2
from tests.vectors import read

from .measure import Row

NOTIFY = read("signed-v2", "notify-idle.bin")
REPLY = read("signed-v2", "touch.bin")
HOST = "127.0.70.9"
_RATE = 200
_SECONDS = 5
_STEPS = 20  # A second, so that what comes together is ten datagrams.
_DEVICES = 500
_ROUNDS = 20  # A minute of announcements.


async def rows() -> AsyncIterator[Row]:
    """Yield both numbers."""
    yield await replies()
    yield await large_home()


async def replies() -> Row:
    """Return the CPU of each second in which 200 touches are answered by forgers.

    Half of them in the name of a device that is set up, from its own address, and half
    of unknown devices; each in a new session, with a key that costs as much as can
    be, or with one that is in order and a signature that has to be looked at.
    """
    heard = decode(REPLY)
    if not isinstance(heard, TouchReply):
        raise TypeError("the recording is of another kind")
    source = random.Random(1)  # noqa: S311 - nothing is kept secret with it
    keys = [
        _key(source, bits, exponent)
        for bits, exponent in ((16384, 65537), (2048, (1 << 2000) + 1), (4096, 65537))
    ]
    status = NOTIFY[30:]
    numbers = count()

    def forged() -> tuple[bytes, bytes]:
        number = next(numbers)
        uuid = bytes.fromhex(heard.uuid) if number % 2 else source.randbytes(16)
        texts = heard.info | {"name": str(number)}
        return (
            notify_v2(uuid=uuid, session=source.randbytes(8), status=status),
            touch_reply_v2(
                uuid=uuid,
                master_der=keys[number % len(keys)],
                identify=heard.identify,
                info=info_text(texts),
            ),
        )

    ours = await _cpu_of_a_second([forged() for _ in range(_RATE * _SECONDS)])
    floor = await _cpu_of_a_second([(b"NO FLUX", b"NO FLUX")] * (_RATE * _SECONDS))
    return Row(
        f"{_RATE} hostile touch replies a second (CPU of each)",
        ours,
        floor,
        None,
        "as many datagrams that are not FLUX",
        50e-3,
    )


def _key(source: random.Random, bits: int, exponent: int) -> bytes:
    modulus = source.getrandbits(bits) | 1 << bits - 1 | 1
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


async def _cpu_of_a_second(pairs: list[tuple[bytes, bytes]]) -> float:
    """Return the CPU seconds of a second's announcements and replies."""
    listener = await _pinned_listener(Timing())
    try:
        begin = time.process_time()
        together = _RATE // _STEPS
        for step in range(0, len(pairs), together):
            for notify, reply in pairs[step : step + together]:
                listener._heard(notify, HOST, own=False)
                listener._heard(reply, HOST, own=True)
            await asyncio.sleep(1 / _STEPS)
        return (time.process_time() - begin) / _SECONDS
    finally:
        await listener.close()


async def _pinned_listener(timing: Timing) -> Listener:
    listener = Listener(interfaces=[], timing=timing)
    await listener.start()
    heard = decode(REPLY)
    if isinstance(heard, TouchReply):
        listener.pin(heard.uuid, heard.master_key, HOST)
    return listener


async def large_home() -> Row:
    """Return the touches and probes of a minute in which 500 devices announce themselves.

    Once they are known: twice as many as there is room for strangers.
    """
    listener = await _pinned_listener(Timing(touch_rest=0.0))
    counters = listener.counters
    heard = decode(REPLY)
    uuids = [number.to_bytes(16) for number in range(1, _DEVICES + 1)]
    hosts = [
        f"127.0.{71 + number // 250}.{number % 250 + 1}" for number in range(_DEVICES)
    ]

    def announce(*, answered: bool = False) -> None:
        for uuid, host in zip(uuids, hosts, strict=True):
            listener._heard(NOTIFY[:6] + uuid + NOTIFY[22:], host, own=False)
            if answered:
                listener._heard(REPLY[:6] + uuid + REPLY[22:], host, own=True)

    try:
        if isinstance(heard, TouchReply):
            for uuid, host in zip(uuids, hosts, strict=True):
                listener.pin(uuid.hex(), heard.master_key, host)
        announce(answered=True)
        asked = _asked(listener)
        for _ in range(_ROUNDS):
            announce()
            await asyncio.sleep(0)
        return Row(
            f"{_DEVICES} devices set up: touches and probes",
            asked(),
            _DEVICES * _ROUNDS,
            None,
            "their announcements",
            per_minute=True,
        )
    finally:
        if not counters.touches:
            raise RuntimeError("no device was touched")
        await listener.close()


def _asked(listener: Listener) -> Callable[[], int]:
    """Return what counts the touches and probes from now on."""
    counters = listener.counters
    before = counters.touches + counters.probes
    return lambda: counters.touches + counters.probes - before
