"""Datagrams of a device taken apart, and their signatures checked (sections 1 and 2)."""

import math
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class Reader:
    """Takes a datagram apart."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, size: int) -> bytes:
        assert len(self.data) >= size
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def integer(self, size: int = 2) -> int:
        return int.from_bytes(self.take(size), "little")

    def float32(self) -> float:
        return float(struct.unpack("<f", self.take(4))[0])


def decode_status(block: bytes) -> dict[str, Any]:
    assert len(block) == 64
    timestamp, st_id, progress, head, label = struct.unpack("<dif16s32s", block)
    text = label.rstrip(b"\0").decode()
    return {
        "timestamp": timestamp,
        "st_id": st_id,
        "progress": None if math.isnan(progress) else progress,
        "head_module": head.rstrip(b"\0").decode(),
        "error_label": text if st_id >= 0 else "",
        "occupied_by": text if st_id < 0 else "",
    }


def decode(data: bytes) -> dict[str, Any]:
    """Decode any datagram of a device; what is signed is checked."""
    reader = Reader(data)
    assert reader.take(4) == b"FLUX"
    found: dict[str, Any] = {
        "version": reader.integer(1),
        "action": reader.integer(1),
    }
    found["uuid"] = reader.take(16).hex()
    match found["version"], found["action"]:
        case 1, 0:
            found["serial"] = reader.take(10).decode()
            found["slave_timestamp"] = reader.float32()
            sizes = reader.integer(), reader.integer()
            found["master_der"], found["identify"] = map(reader.take, sizes)
            found["status"] = decode_status(reader.take(64))
        case 2, 0:
            found["session"] = reader.take(8).hex()
            found["status"] = decode_status(reader.take(64))
        case 1, 3:
            timestamp = reader.take(4)
            (found["slave_timestamp"],) = struct.unpack("<f", timestamp)
            sizes = reader.integer(), reader.integer()
            slave_der, found["slave_signature"] = map(reader.take, sizes)
            found["slave_signed"] = timestamp + slave_der
            slave = public_rsa(slave_der)
            info = reader.take(reader.integer())
            verify(slave, reader.take(slave.key_size // 8), info)
            found["slave_key_bits"] = slave.key_size
            found["info"] = decode_info(info)
        case 2, 3:
            sizes = reader.integer(), reader.integer()
            found["master_der"], found["identify"] = map(reader.take, sizes)
            found["info"] = decode_info(reader.take(reader.integer()))
    found["rest"] = reader.data
    return found


def decode_info(info: bytes) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in info.decode().split("\0"))
    return {key: value for key, _, value in pairs}


def public_rsa(der: bytes) -> rsa.RSAPublicKey:
    key = serialization.load_der_public_key(der)
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def verify(key: rsa.RSAPublicKey, signature: bytes, message: bytes) -> None:
    key.verify(signature, message, padding.PKCS1v15(), hashes.SHA1())
