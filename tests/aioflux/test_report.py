"""Reports and job metadata: what a device says, and what it leaves out."""

import contextlib
import json
import math
import operator
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.flux3dp.aioflux.errors import ProtocolError
from custom_components.flux3dp.aioflux.report import (
    JobInfo,
    Position,
    Report,
    parse_file_info,
    parse_job_info,
    parse_report,
)

# As recorded from firmware 1.6.95.
PAUSED = """{"st_id": 48, "pos": {"Y": -10.5, "X": -28.25, "Z": 11.5}, "module": "EXTRUDER",
"traveled": 119.5, "FA": "0", "session": "9ddd6f", "time_running": 7.03, "st_label": "PAUSED",
"rt": [176.9], "tt": [200.0], "error": ["HEAD_ERROR", "FAN_FAILURE", 128], "prog": 0.25,
"time_total": 7.7}"""


def report(**values: object) -> Report:
    return parse_report(json.dumps({"st_id": 16} | values))


def test_a_whole_report() -> None:
    assert parse_report(PAUSED) == Report(
        st_id=48,
        label="PAUSED",
        session="9ddd6f",
        error=("HEAD_ERROR", "FAN_FAILURE", "128"),
        progress=0.25,
        traveled=119.5,
        time_total=7.7,
        time_running=7.03,
        module="EXTRUDER",
        has_module=True,
        nozzle_temperature=176.9,
        nozzle_target=200.0,
        position=Position(-28.25, -10.5, 11.5),
        extras={"FA": "0"},
    )


def test_an_idle_report_says_nothing_else() -> None:
    assert parse_report('{"st_id": 0, "st_label": "IDLE"}') == Report(
        st_id=0, label="IDLE"
    )


def test_bytes_are_utf_8() -> None:
    assert parse_report('{"st_id": 16, "x": "♥"}'.encode()).extras == {"x": "♥"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "null",
        "[]",
        "16",
        "{}",
        '{"st_id": null}',
        '{"st_id": true}',
        '{"st_id": "16"}',
        '{"st_id": 16.5}',
        '{"st_id": NaN}',
        '{"st_id": Infinity}',
        '{"st_id": 4294967296}',
        '{"st_id": 16',
        "[" * 100_000,
        b'{"st_id": 16, "\xff": 1}',
    ],
)
def test_garbage_is_a_protocol_error(text: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_report(text)


def test_a_whole_number_may_be_written_as_a_float() -> None:
    assert parse_report('{"st_id": 16.0}').st_id == 16


@pytest.mark.parametrize(
    ("value", "progress"),
    [
        (0.5, 0.5),
        (1.0000001874253968, 1.0),
        (-0.1, 0.0),
        (1, 1.0),
        (math.nan, None),
        (math.inf, None),
        (10**400, None),
        ("0.5", None),
        (True, None),
        (None, None),
    ],
)
def test_progress(value: object, progress: float | None) -> None:
    assert report(prog=value).progress == progress


@pytest.mark.parametrize(
    ("values", "module", "has_module"),
    [
        ({}, None, False),
        ({"module": None}, None, True),
        ({"module": "LASER"}, "LASER", True),
        ({"module": ""}, None, True),
        ({"module": 3}, None, False),
    ],
)
def test_a_missing_toolhead_is_not_one_that_is_gone(
    values: dict[str, Any], module: str | None, has_module: bool
) -> None:
    parsed = report(**values)
    assert (parsed.module, parsed.has_module) == (module, has_module)


@pytest.mark.parametrize(
    ("value", "temperature"),
    [
        ([176.9], 176.9),
        ([200.0, 30.0], 200.0),
        (25, 25.0),
        ([], None),
        ([math.nan], None),
        ([None], None),
        (["25"], None),
        ([1e300], None),
        ([-300], None),
        ({"0": 25}, None),
    ],
)
def test_temperatures_come_in_lists(value: object, temperature: float | None) -> None:
    parsed = report(rt=value, tt=value)
    assert parsed.nozzle_temperature == temperature
    assert parsed.nozzle_target == temperature


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], ()),
        (["FILAMENT_RUNOUT", 1], ("FILAMENT_RUNOUT", "1")),
        (["FAN_FAILURE", 128.0], ("FAN_FAILURE", "128.0")),
        ("HEAD_ERROR TILT", ("HEAD_ERROR", "TILT")),
        (["HEAD_ERROR TILT", "", None, True, ["x"]], ("HEAD_ERROR", "TILT")),
        (None, ()),
        ({"HEAD_ERROR": 1}, ()),
    ],
)
def test_error_words(value: object, words: tuple[str, ...]) -> None:
    assert report(error=value).error == words


def test_an_unknown_position() -> None:
    unknown = {"X": math.nan, "Y": math.nan, "Z": math.nan}
    assert report(pos=unknown).position is None
    assert report(pos=[1, 2, 3]).position is None
    assert report(pos={"X": 1, "Z": "2"}).position == Position(1.0, None, None)


def test_a_negative_time_is_none() -> None:
    parsed = report(time_running=-1, time_total=-0.5, traveled=-2)
    assert (parsed.time_running, parsed.time_total) == (None, None)
    assert parsed.traveled == -2.0


@pytest.mark.parametrize("seconds", [1e308, 300_000_000_000, 10**400, math.nan])
def test_a_time_that_no_job_takes_is_none(seconds: float) -> None:
    parsed = report(time_running=seconds, time_total=seconds)
    assert parsed.time_running is parsed.time_total is None
    info = parse_job_info(json.dumps({"TIME_COST": seconds, "FILAMENT_USED": "12"}))
    assert (info.time_cost, info.filament_used) == (None, (12.0,))
    assert parse_file_info(f"TIME_COST={seconds}").time_cost is None


def test_a_length_that_no_file_describes_is_none() -> None:
    info = parse_file_info("TRAVEL_DIST=1e300\0FILAMENT_USED=1e12,5")
    assert (info.travel_distance, info.filament_used) == (None, (5.0,))


def test_an_error_is_a_few_clean_words() -> None:
    assert report(error=["HEAD_ERROR\n\u202eTILT", "\0"]).error == (
        "HEAD_ERROR",
        "TILT",
    )
    endless = report(error=["x" * 50_000] * 1000).error
    assert len(" ".join(endless)) < 2000


def test_metadata_have_no_control_characters() -> None:
    title = "Ben\u0000c\u202ehy\r\n"
    assert parse_job_info(json.dumps({"TITLE": title})).title == "Benchy"
    assert parse_job_info(json.dumps({"TITLE": "\u0000\x1f"})).title is None
    assert parse_file_info("TITLE=Ben\x1bchy").title == "Benchy"


def test_half_a_character_does_not_get_into_a_store() -> None:
    parsed = parse_report('{"st_id": 16, "session": "\\ud800", "error": ["\\udfff"]}')
    assert (parsed.session, parsed.error) == ("?", ("?",))


def test_extras_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        operator.setitem(report(laser_pwr=0.5).extras, "laser_pwr", 1.0)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "st_label",
        "session",
        "error",
        "prog",
        "traveled",
        "time_total",
        "time_running",
        "module",
        "rt",
        "tt",
        "pos",
    ]
)


@given(st.dictionaries(KEYS | st.text(), JSON), st.integers(-20, 1024))
def test_odd_values_are_left_out_and_never_raise(
    values: dict[str, Any], st_id: int
) -> None:
    parsed = parse_report(json.dumps(values | {"st_id": st_id}))
    assert parsed.st_id == st_id
    assert parsed.progress is None or 0 <= parsed.progress <= 1
    for number in (
        parsed.traveled,
        parsed.time_running,
        parsed.nozzle_temperature,
        parsed.nozzle_target,
    ):
        assert number is None or math.isfinite(number)
    assert all(isinstance(word, str) and word for word in parsed.error)


@given(st.text() | st.binary())
def test_noise_is_a_report_or_a_protocol_error(noise: str | bytes) -> None:
    with contextlib.suppress(ProtocolError):
        assert isinstance(parse_report(noise), Report)


INFO = {
    "AUTHOR": "tester",
    "TITLE": "Benchy",
    "TIME_COST": "120.5",
    "TRAVEL_DIST": "608.98",
    "HEAD_TYPE": "EXTRUDER",
    "FILAMENT_USED": "12.5,3",
    "CREATED_AT": "2016-01-01T00:00:00Z",
    "SOFTWARE": "fluxstudio",
}
PARSED = JobInfo(
    title="Benchy",
    head_type="EXTRUDER",
    time_cost=120.5,
    travel_distance=608.98,
    filament_used=(12.5, 3.0),
    created_at="2016-01-01T00:00:00Z",
    author="tester",
    software="fluxstudio",
    raw=INFO,
)


def test_job_info_is_the_same_in_both_spellings() -> None:
    assert parse_job_info(json.dumps(INFO)) == PARSED
    assert parse_file_info("\0".join(f"{k}={v}" for k, v in INFO.items())) == PARSED


def test_newer_lasers_spell_it_otherwise() -> None:
    info = parse_job_info('{"time_cost": 90, "traval_dist": "12"}')
    assert (info.time_cost, info.travel_distance) == (90.0, 12.0)
    assert info.raw == {"time_cost": "90", "traval_dist": "12"}
    assert parse_job_info('{"title": "Vase"}').title == "Vase"


def test_a_title_that_is_empty_is_none() -> None:
    assert parse_file_info("TITLE=\0AUTHOR=a").title is None


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "nan", "inf", "1_000", "1e999", "12 s"]
)
def test_a_time_that_is_none(value: str) -> None:
    assert parse_file_info(f"TIME_COST={value}\0size=1").time_cost is None


def test_an_empty_spelling_gives_way_to_the_other() -> None:
    assert parse_file_info("TIME_COST=\0time_cost=5").time_cost == 5.0


def test_file_info_leaves_out_what_is_no_pair() -> None:
    info = parse_file_info("AUTHOR=a=b\0nonsense\0=x\0")
    assert info == JobInfo(author="a=b", raw={"AUTHOR": "a=b"})


@pytest.mark.parametrize("text", ["", "[]", "null", '"x"', b"\xff\xff", "{"])
def test_job_info_that_is_none(text: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_job_info(text)


def test_job_info_leaves_out_what_is_no_text() -> None:
    info = parse_job_info('{"AUTHOR": ["a"], "SOFTWARE": null, "HEAD_TYPE": "LASER"}')
    assert info == JobInfo(head_type="LASER", raw={"HEAD_TYPE": "LASER"})


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ('{"st_id":-1,"info":"192.168.1.77@MaintainTask"}', "192.168.1.77"),
        ('{"st_id":-3,"info":" 192.168.1.77 "}', "192.168.1.77"),
        ('{"st_id":-1,"info":"@MaintainTask"}', ""),
        ('{"st_id":-1,"info":7}', ""),
        ('{"st_id":-1}', ""),
        # Of a device with a job it is something else.
        ('{"st_id":16,"info":"192.168.1.77@MaintainTask"}', ""),
    ],
)
def test_the_client_that_occupies_the_device(text: str, address: str) -> None:
    assert parse_report(text).occupied_by == address
