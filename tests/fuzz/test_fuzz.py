"""The corpus, and some thousand inputs that are nearly those in it; `script/fuzz` has more.

A new one each time would fail a change that has nothing to do with it: the seed is fixed.
"""

import random

import pytest

from .conversations import CONVERSATIONS
from .inputs import damaged, escape, read_corpus, unescape
from .parsers import PARSERS

TARGETS = PARSERS | CONVERSATIONS
SEED = 20261126
_MANY = 1000


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_errors_of_the_library(name: str) -> None:
    corpus = read_corpus(name)
    assert corpus
    for data in (*corpus, *damaged(corpus, _MANY, random.Random(SEED))):
        try:
            TARGETS[name](data)
        except Exception as err:  # Whatever it is, it is raised again with its input.
            err.add_note(f"Add a line to tests/fuzz/corpus/{name}.txt: {escape(data)}")
            raise


def test_any_bytes_are_a_line_of_the_corpus() -> None:
    data = bytes(range(256)) + b"\\\r\n\\x00\x85"
    assert unescape(escape(data)) == data
    assert escape(data).isprintable()
