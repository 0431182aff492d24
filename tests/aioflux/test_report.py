"""Reports and job metadata: what a device says, and what it leaves out."""

import json
import math
import operator

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
from custom_components.flux3dp.aioflux.util import MAX_DURATION

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


def test_a_short_report() -> None:
    idle = parse_report('{"st_id": 0, "st_label": "IDLE"}')
    assert idle == Report(st_id=0, label="IDLE")
    assert parse_report('{"st_id": 16.0}') == Report(st_id=16)
    # Bytes are UTF-8, and what is not known is passed on.
    parsed = parse_report('{"st_id": 16, "x": "♥"}'.encode())
    assert parsed.extras == {"x": "♥"}
    with pytest.raises(TypeError):
        operator.setitem(parsed.extras, "x", 1.0)


@pytest.mark.parametrize(
    "text",
    [
        *("", "ok", "null", "[]", "16", "{}", '{"st_id": null}', '{"st_id": true}'),
        *('{"st_id": "16"}', '{"st_id": 16.5}', '{"st_id": NaN}', '{"st_id": 16'),
        *('{"st_id": Infinity}', '{"st_id": 4294967296}', "[" * 100_000),
        b'{"st_id": 16, "\xff": 1}',
    ],
)
def test_garbage_is_a_protocol_error(text: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_report(text)


NO_NUMBERS = (math.nan, math.inf, 10**400, "0.5", True, None, [], {"0": 25})
FIELDS: dict[tuple[str, str], list[tuple[object, object]]] = {
    ("prog", "progress"): [
        *((0.5, 0.5), (1.0000001874253968, 1.0), (-0.1, 0.0), (1, 1.0)),
        *((each, None) for each in NO_NUMBERS),
    ],
    # Temperatures come in lists.
    ("rt", "nozzle_temperature"): [
        *(([176.9], 176.9), ([200.0, 30.0], 200.0), (25, 25.0), ([1e300], None)),
        *(([-300], None), *(([each], None) for each in NO_NUMBERS)),
        *((each, None) for each in NO_NUMBERS),
    ],
    ("tt", "nozzle_target"): [([200.0, 30.0], 200.0), ([math.nan], None)],
    ("traveled", "traveled"): [
        (-2, -2.0),
        (1e10, None),
        *((each, None) for each in NO_NUMBERS),
    ],
    # No job takes ten years, nor less than nothing.
    ("time_total", "time_total"): [
        *((7, 7.0), (-0.5, None), (MAX_DURATION, MAX_DURATION)),
        *((each, None) for each in (MAX_DURATION + 1, 1e308, 300_000_000_000)),
        *((each, None) for each in NO_NUMBERS),
    ],
    ("time_running", "time_running"): [(7.03, 7.03), (-1, None), (10**400, None)],
    # A missing toolhead is not one that is gone.
    ("module", "module"): [("LASER", "LASER"), ("", None), (None, None), (3, None)],
    ("module", "has_module"): [("", True), (None, True), ("LASER", True), (3, False)],
    ("session", "session"): [("9ddd6f", "9ddd6f"), ("", None), (7, None)],
    ("error", "error"): [
        ([], ()),
        (["FILAMENT_RUNOUT", 1], ("FILAMENT_RUNOUT", "1")),
        (["FAN_FAILURE", 128.0], ("FAN_FAILURE", "128.0")),
        ("HEAD_ERROR TILT", ("HEAD_ERROR", "TILT")),
        (["HEAD_ERROR TILT", "", None, True, ["x"]], ("HEAD_ERROR", "TILT")),
        (["HEAD_ERROR\n\u202eTILT", "\0"], ("HEAD_ERROR", "TILT")),
        (None, ()),
        ({"HEAD_ERROR": 1}, ()),
    ],
    ("pos", "position"): [
        ({"X": math.nan, "Y": math.nan, "Z": math.nan}, None),
        ([1, 2, 3], None),
        ({"X": 1, "Y": -1e10, "Z": "2"}, Position(1.0, None, None)),
    ],
    # Of a device with a job it is something else.
    ("info", "occupied_by"): [("192.168.1.77@MaintainTask", "")],
}
OCCUPIED = {
    "192.168.1.77@MaintainTask": "192.168.1.77",
    " 192.168.1.77 ": "192.168.1.77",
    "@MaintainTask": "",
    7: "",
    None: "",
}


@pytest.mark.parametrize(
    ("sent", "field", "value", "expected"),
    [(*names, *pair) for names, pairs in FIELDS.items() for pair in pairs],
)
def test_fields(sent: str, field: str, value: object, expected: object) -> None:
    assert getattr(report(**{sent: value}), field) == expected


def test_the_client_that_occupies_the_device() -> None:
    for info, address in OCCUPIED.items():
        assert report(st_id=-1, info=info).occupied_by == address


def test_a_report_without_a_toolhead_says_nothing_of_one() -> None:
    assert not report().has_module


def test_an_error_without_end_is_a_few_words() -> None:
    assert len(" ".join(report(error=["x" * 50_000] * 1000).error)) < 2000


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
    info = parse_job_info('{"time_cost": 90, "traval_dist": "12", "title": "Vase"}')
    assert (info.time_cost, info.travel_distance, info.title) == (90.0, 12.0, "Vase")
    assert info.raw == {"time_cost": "90", "traval_dist": "12", "title": "Vase"}
    assert parse_file_info("TIME_COST=\0time_cost=5").time_cost == 5.0


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "nan", "inf", "1_000", "1e999", "12 s", "1e308", "3e11"]
)
def test_values_that_are_none(value: str) -> None:
    info = parse_file_info(f"TIME_COST={value}\0TRAVEL_DIST={value}\0TITLE=")
    assert (info.time_cost, info.travel_distance, info.title) == (None, None, None)
    assert parse_file_info(f"FILAMENT_USED={value},5").filament_used == (5.0,)


def test_what_is_no_text_or_no_pair_is_left_out() -> None:
    info = parse_job_info('{"AUTHOR": ["a"], "SOFTWARE": null, "HEAD_TYPE": "LASER"}')
    assert info == JobInfo(head_type="LASER", raw={"HEAD_TYPE": "LASER"})
    info = parse_file_info("AUTHOR=a=b\0nonsense\0=x\0")
    assert info == JobInfo(author="a=b", raw={"AUTHOR": "a=b"})


@pytest.mark.parametrize("text", ["", "[]", "null", '"x"', b"\xff\xff", "{"])
def test_job_info_that_is_none(text: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_job_info(text)
