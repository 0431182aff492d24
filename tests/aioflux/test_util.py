"""Single values: what can be stored, logged and shown, and what is a number at all."""

import json

from hypothesis import given, strategies as st
import pytest

from custom_components.flux3dp.aioflux.util import (
    clean_text,
    is_blank,
    number_in,
)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Delta in der Werkstatt ♥", "Delta in der Werkstatt ♥"),
        ("打印机", "打印机"),
        ("a\u0000b\r\nc\x1b[31m\x7f\x85", "abc[31m"),
        ("a\u2028b\u2029", "ab"),
        ("\u202egpj.\u2066x\u2069\u200f\u061c", "gpj.x"),
        ("half \ud800", "half ?"),
        # Joined letters and people need theirs.
        ("क्\u200cष", "क्\u200cष"),
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("two\u00a0words", "two\u00a0words"),
    ],
)
def test_what_breaks_a_line_or_turns_it_is_dropped(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@given(st.text(st.characters()))
def test_clean_text_is_one_line_and_stays_clean(text: str) -> None:
    clean = clean_text(text)
    assert len(clean.splitlines()) <= 1
    assert "\0" not in clean
    assert clean_text(clean) == clean
    assert json.loads(json.dumps(clean).encode()) == clean


@pytest.mark.parametrize("text", ["", "  ", "\u00a0\u3000", "\u200b\u200d", "\t\u202e"])
def test_a_text_that_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(f"{text}x")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12.0),
        (" -0.5\n", -0.5),
        ("1.", 1.0),
        (".5e1", 5.0),
        ("1_000", None),
        (".", None),
        ("1e400", None),
        ("٣", None),
    ],
)
def test_a_number_written_as_text(text: str, number: float | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize("end", ["", "x", "e", "."])
def test_a_long_text_takes_no_longer_to_tell_from_a_number(end: str) -> None:
    """A job's info may have 256 KiB; by its length squared that would be an hour."""
    number_in("9" * 256 * 1024 + end)
