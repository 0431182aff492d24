"""AES-256-CFB8 as the standard has it, one continuous stream per direction."""

import os

import pytest

from custom_components.flux3dp.aioflux.handshake import SECRET_LENGTH, stream_ciphers

# NIST SP 800-38A, F.3.11: CFB8-AES256.Encrypt.
KEY = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
IV = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
PLAIN = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d")
CRYPTED = bytes.fromhex("dc1f1a8520a64db55fcc8ac554844e889700")


def test_the_standards_example() -> None:
    encrypt, decrypt = stream_ciphers(KEY + IV)
    assert encrypt.update(PLAIN) == CRYPTED
    assert decrypt.update(CRYPTED) == PLAIN


@pytest.mark.parametrize("size", [1, 2, 7, 16, 17])
def test_pieces_of_any_size_are_one_stream(size: int) -> None:
    encrypt, decrypt = stream_ciphers(KEY + IV)
    pieces = [PLAIN[start : start + size] for start in range(0, len(PLAIN), size)]
    crypted = b"".join(encrypt.update(piece) for piece in pieces)
    assert crypted == CRYPTED
    assert b"".join(decrypt.update(bytes((byte,))) for byte in crypted) == PLAIN


def test_the_directions_do_not_share_a_state() -> None:
    ours, _ = stream_ciphers(KEY + IV)
    _, theirs = stream_ciphers(KEY + IV)
    sent = os.urandom(1000)
    assert theirs.update(ours.update(sent)) == sent
    # Each begins with the IV anew, whatever went the other way.
    assert stream_ciphers(KEY + IV)[0].update(PLAIN) == CRYPTED


@pytest.mark.parametrize("size", [0, SECRET_LENGTH - 1, SECRET_LENGTH + 1])
def test_a_secret_of_another_length(size: int) -> None:
    with pytest.raises(ValueError, match="48 bytes"):
        stream_ciphers(bytes(size))
