"""Inputs of the targets: the corpus in this folder, and what becomes of it by damage.

A file for each target, an input a line: bytes are those of Latin-1, escaped as in Python.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
import random

FOLDER = Path(__file__).parent / "corpus"

# What parsers stumble over, in the words of those that are here.
_WORDS = (
    *b"\0|\n| |=|:|,|\x1e|\x1e.|\x1e>|ok|er X".split(b"|"),
    *b"\xff\xff|\xff\x0f|\0\0\0\0|\xff\xff\xff\x7f|\0\0\xc0\x7f".split(b"|"),
    *(b"NaN", b"Infinity", b"-1", b"1e400", b"1e9", b"9" * 5000, b"true", b"null"),
    *(b"[", b"]", b"{", b"}", b'"', b"[" * 3000, b'{"a":' * 2000, rb'"\ud800"'),
    *"\u202e|\u2028".encode().split(b"|"),
    *b"\xc3|\xed\xa0\x80|\x1b[2J|\x85".split(b"|"),
)


def escape(data: bytes) -> str:
    """Return an input as a line of the corpus."""
    return data.decode("latin-1").encode("unicode_escape").decode("ascii")


def unescape(line: str) -> bytes:
    """Return the input of a line."""
    return line.encode("ascii").decode("unicode_escape").encode("latin-1")


def read_corpus(target: str) -> list[bytes]:
    """Return the inputs that are kept for a target."""
    path = FOLDER / f"{target}.txt"
    return [unescape(line) for line in path.read_text("ascii").splitlines()]


def write_corpus(target: str, inputs: Iterable[bytes]) -> None:
    """Keep these inputs for a target: the shortest first."""
    lines = (escape(data) for data in sorted(set(inputs), key=lambda it: (len(it), it)))
    (FOLDER / f"{target}.txt").write_text("".join(f"{line}\n" for line in lines))


def damaged(corpus: list[bytes], count: int, rng: random.Random) -> Iterator[bytes]:
    """Yield so many inputs that are nearly those of a corpus."""
    for _ in range(count):
        data = bytearray(rng.choice(corpus))
        for _ in range(rng.randrange(1, 5)):
            start = rng.randrange(len(data) + 1)
            end = min(len(data), start + rng.randrange(9))
            match rng.randrange(7):
                case 0:
                    data[start:end] = rng.choice(_WORDS)
                case 1:
                    data[start:start] = rng.choice(_WORDS)
                case 2:
                    data[start:end] = rng.randbytes(end - start)
                case 3:
                    data[start:end] = rng.randbytes(rng.randrange(40))
                case 4:
                    del data[start:]
                case 5:
                    other = rng.choice(corpus)
                    data[start:] = other[rng.randrange(len(other) + 1) :]
                case _:
                    data[start:start] = data[rng.randrange(len(data) + 1) :][:60]
        yield bytes(data)
