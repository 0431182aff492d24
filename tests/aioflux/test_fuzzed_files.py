"""Damaged job files and lists of files, many of them: only errors of the library come of it."""

import asyncio
from contextlib import suppress
import io
import random
import struct
import zlib

import pytest

from custom_components.flux3dp.aioflux import (
    Files,
    FluxError,
    InvalidRequest,
    read_fcode,
)
from simulator.fcode import build

from .conftest import FAST, Line
from .test_files import FRAMES

_MANY = 200_000
_WHOLE = build({"TITLE": "Löffel", "FILAMENT_USED": "1,3"}, [b"\x89PNG"], b"script")
_BEFORE_METADATA = build({}, [], b"script")[:-12]

pytestmark = pytest.mark.soak


def _damaged(rng: random.Random) -> bytes:
    content = bytearray(_WHOLE)
    if rng.random() < 0.4:
        # The checksum of the metadata fits: what is inside is read.
        pairs = rng.randbytes(rng.randrange(60))
        content = bytearray(_BEFORE_METADATA)
        content += struct.pack("<I", len(pairs)) + pairs
        content += struct.pack("<I", zlib.crc32(pairs)) + bytes(4)
    for _ in range(rng.randrange(7)):
        at = rng.randrange(len(content) + 1)
        content[at : at + rng.randrange(5)] = rng.randbytes(rng.randrange(9))
    return bytes(content)


def test_job_files() -> None:
    rng = random.Random(12)
    read = 0
    for _ in range(_MANY):
        with suppress(InvalidRequest):
            read_fcode(io.BytesIO(_damaged(rng)))
            read += 1
    assert 0 < read < _MANY


async def test_lists() -> None:
    rng = random.Random(12)
    read = 0
    for _ in range(_MANY):
        session = Line().session
        reading = asyncio.ensure_future(Files(session, FAST).list("SD"))
        await asyncio.sleep(0)
        for _ in range(rng.randrange(6)):
            frame = rng.choice(FRAMES) if rng.random() < 0.8 else rng.randbytes(20)
            session.data_received(frame)
        session.connection_lost(None)
        with suppress(FluxError):
            await reading
            read += 1
    assert 0 < read < _MANY
