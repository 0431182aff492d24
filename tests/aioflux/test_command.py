"""The words of robot commands, and of their short replies."""

import shlex

from hypothesis import given, strategies as st
import pytest

from custom_components.flux3dp.aioflux import (
    InvalidRequest,
    ProtocolError,
    parse_mac_addresses,
)
from custom_components.flux3dp.aioflux.command import (
    encode_command,
    parse_binary,
    split_path,
)
from custom_components.flux3dp.aioflux.robot import parse_device_details


@pytest.mark.parametrize(
    ("words", "encoded"),
    [
        (("player", "report"), "player report"),
        (("file", "ls", "SD", ""), "file ls SD "),
        (("player", "select", "SD", "my job.fc"), "player select SD 'my job.fc'"),
        (("config", "set", "name", "it's"), """config set name 'it'"'"'s'"""),
        (("config", "set", "k", "$(reboot)"), "config set k '$(reboot)'"),
        (("player", "select", "SD", "Größe.fc"), "player select SD 'Größe.fc'"),
    ],
)
def test_words_are_quoted_where_a_shell_would_split_them(
    words: tuple[str, ...], encoded: str
) -> None:
    assert encode_command(*words) == encoded.encode()


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1))
def test_the_device_gets_the_words_that_were_encoded(words: list[str]) -> None:
    assert shlex.split(encode_command(*words).decode()) == words


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("SD/job.fc", ("SD", "job.fc")),
        ("USB/a folder/job 1.gcode", ("USB", "a folder/job 1.gcode")),
        # The full-width space of Japanese file names is no control character.
        ("SD/\u4e00\u3000\u4e8c.fc", ("SD", "\u4e00\u3000\u4e8c.fc")),
        ("", "unknown_storage"),
        ("job.fc", "unknown_storage"),
        ("/SD/job.fc", "unknown_storage"),
        ("sd/job.fc", "unknown_storage"),
        ("SD", "not_a_path"),
        ("SD/", "not_a_path"),
        ("SD//job.fc", "not_a_path"),
        ("SD/../job.fc", "not_a_path"),
        ("SD/./job.fc", "not_a_path"),
        ("SD/folder/", "not_a_path"),
        ("SD/job\n.fc", "control_characters"),
        ("SD/job\0.fc", "control_characters"),
        ("SD/\udc80.fc", "control_characters"),
    ],
)
def test_paths(path: str, expected: tuple[str, str] | str) -> None:
    if isinstance(expected, tuple):
        assert split_path(path) == expected
        return
    with pytest.raises(InvalidRequest) as caught:
        split_path(path)
    assert (caught.value.field, caught.value.reason) == ("path", expected)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("binary image/png 69", ("image/png", 69)),
        ("binary text/json 0", ("text/json", 0)),
        ("ok", None),
        ("binary image/png", None),
        ("binary image/png -1", None),
        ("binary image/png 1 2", None),
        ("binary image/png ٣", None),
        ("binary image/png 99999999999", None),
    ],
)
def test_binary_headers(text: str, parsed: tuple[str, int] | None) -> None:
    assert parse_binary(text) == parsed


def test_device_details_keep_colons_in_values_and_drop_what_is_no_pair() -> None:
    macs = "wlan0:b8:27:eb:12:34:56,len0:b8:27:eb:12:34:57"
    details = parse_device_details(
        f"ok\nmacaddr:{macs}\nnickname:Größe: 2\nnonsense\nempty:"
    )
    assert details == {"macaddr": macs, "nickname": "Größe: 2", "empty": ""}
    assert parse_mac_addresses(details) == {
        "wlan0": "b8:27:eb:12:34:56",
        "len0": "b8:27:eb:12:34:57",
    }
    assert parse_mac_addresses({}) == {}
    with pytest.raises(ProtocolError):
        parse_device_details("continue\nmacaddr:x")
