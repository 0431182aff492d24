"""What one look at a device means: its status, toolhead, temperatures and errors."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.flux3dp.aioflux.report import JobInfo, Report
from custom_components.flux3dp.job.observation import (
    Announced,
    AnnouncementOrder,
    is_alike,
)

from .watching import Watch, datagram, report

STATUSES = {
    0: "idle",
    1: "initializing",
    4: "starting",
    6: "resuming",
    18: "resuming",
    16: "running",
    32: "paused",
    36: "paused",
    48: "paused",
    38: "pausing",
    50: "pausing",
    66: "completing",
    64: "completed",
    68: "completed",
    130: "aborting",
    128: "aborted",
    256: "alarm",
    512: "fatal",
    516: "reconnecting",
    1024: "toolhead_change",
    -1: "maintenance",
    -2: "scanning",
    -3: "sdk_control",
    -10: "raw_mode",
    -15: "motion_test",
    -17: "cartridge_access",
    7: None,
    -99: None,
    2048: None,
}
ACTIVE = {1, 4, 6, 18, 16, 32, 36, 48, 38, 50, 516, 1024, 7, 2048}
PAUSED = {32, 36, 48}
PAUSING = {38, 50}


@pytest.mark.parametrize("source", ["", "r"], ids=["datagram", "report"])
@pytest.mark.parametrize(("st_id", "status"), STATUSES.items())
def test_every_status_id(st_id: int, status: str | None, source: str) -> None:
    watch = Watch()
    watch.play(f"{source}{st_id}")
    state = watch.state
    assert (state.online, state.st_id, state.status) == (True, st_id, status)
    assert state.active is (st_id in ACTIVE)
    assert state.paused is (st_id in PAUSED)
    assert state.running is (st_id in ACTIVE - PAUSED - PAUSING)
    assert state.problem is (st_id in (256, 512))


# A script, and what the state has then.
STATES: dict[str, tuple[str, dict[str, Any]]] = {
    "a label: starting": ("r16/STARTING", {"status": "starting"}),
    "a label: heating": ("r16/WAITING_HEAD", {"status": "heating"}),
    "a label: calibrating": ("r16/CORRECTING", {"status": "calibrating"}),
    "a label: aborting": ("r16/ABORTING", {"status": "aborting"}),
    "a label: running": ("r16/RUNNING", {"status": "running"}),
    "a label that is none of these": ("r16/SCRIPT", {"status": "running"}),
    "a label of a paused job": ("r48/LOAD_FILAMENT", {"status": "paused"}),
    "a label of a paused job that ends": ("r48/ABORTING", {"status": "paused"}),
    "silence": (
        "16!fan@0.5 lost",
        {
            "online": False,
            "status": "offline",
            "st_id": None,
            "active": False,
            "running": False,
            "problem": False,
            "progress": None,
            "toolhead": None,
            "error": "none",
        },
    ),
    "a transition keeps the status": ("0 2", {"status": "idle", "st_id": 0}),
    "a transition in a job": (
        "r16/WAITING_HEAD r2",
        {"status": "heating", "active": True},
    ),
    "a transition at first": ("lost 2", {"online": True, "status": None}),
    "what follows that": ("lost 2 16", {"status": "running"}),
    "a transition of an occupied device": (
        "-1 2!fan",
        {"status": "maintenance", "problem": False},
    ),
    "an error and what helps": (
        "48!runout",
        {"error": "filament_runout", "error_label": "FILAMENT_RUNOUT 1"},
    ),
    "a fresh report wins": ("0 r1>started 0+1", {"status": "initializing"}),
    "also over silence": ("0 r1>started lost+3.9", {"status": "initializing"}),
    "not for ever": ("0 r1>started lost+4.9 16+0.1", {"status": "running"}),
    "nor over silence": ("0 r1>started lost+5", {"status": "offline"}),
    "until an announcement is newer": ("0 r16>started look+60", {"status": "running"}),
    "and does not lag": ("r48 16+0.9 look+60", {"status": "paused"}),
    "then that counts": ("r48 64+5>completed", {"status": "completed"}),
    "a report from the future": ("r16 48+-60>paused", {"status": "paused"}),
    "progress never falls": ("r16@0.61 16@0.58+5", {"progress": 0.61}),
    "progress grows": ("r16@0.61 16@0.62+5", {"progress": 0.62}),
    "progress that is not known": ("16@0.5 16@nan", {"progress": None}),
    "progress that is known again": ("16@0.5 16@nan 16@0.4", {"progress": 0.5}),
    "progress of another job": ("16@0.9 1>started", {"progress": 0.0}),
    "progress of a finished job": ("16@0.9 64@1.0>completed", {"progress": 1.0}),
    "progress without a job": ("0@0.0", {"progress": None}),
    "progress of a cleared job": ("16@0.9 64@1.0>completed 0", {"progress": None}),
    "progress of an occupied device": ("64@1.0 -1", {"progress": None}),
    "progress in an alarm": ("16@0.9 64>completed 0 256@0.0", {"progress": None}),
}


@pytest.mark.parametrize("look", STATES)
def test_a_state(look: str) -> None:
    script, expected = STATES[look]
    watch = Watch()
    watch.play(script)
    assert {key: getattr(watch.state, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("head", "toolhead"),
    [
        ("EXTRUDER", "extruder"),
        ("LASER", "laser"),
        ("PRINTER", "printer"),
        ("USER/mine", "user"),
        ("USER", "user"),
        ("N/A", "none"),
        ("OFFLINE", None),
        ("", None),
        ("USERS", None),
        ("MILL", None),
    ],
)
def test_toolheads(head: str, toolhead: str | None) -> None:
    watch = Watch()
    watch.hear(datagram(16, head=head))
    assert watch.state.toolhead == toolhead


def test_a_report_without_a_toolhead_leaves_it_to_the_datagram() -> None:
    watch = Watch()
    watch.hear(datagram(1, head="LASER"))
    watch.read(report(1, "INIT", has_module=False, module=None))
    assert watch.state.toolhead == "laser"
    watch.read(report(16, module=None))
    assert watch.state.toolhead == "none"
    watch.read(report(16, module="EXTRUDER"))
    assert watch.state.toolhead == "extruder"


def test_a_toolhead_is_gone_only_where_the_device_has_looked() -> None:
    watch = Watch()
    for st_id in (0, 1):
        watch.hear(datagram(st_id, head="N/A"))
        assert watch.state.toolhead is None
    seen = []
    for st_id, error in [
        (16, ""),
        # In a longer pause it is switched off, and no error says so.
        (48, ""),
        (48, "FILAMENT_RUNOUT 1"),
        (18, ""),
        (50, "FILAMENT_RUNOUT 1"),  # The resume has failed.
        (48, "HEAD_ERROR HEAD_OFFLINE"),
        # One that was gone is not back because its label is.
        (18, ""),
        (16, ""),
    ]:
        module = "EXTRUDER" if not seen else None
        watch.read(report(st_id, error=error, module=module))
        seen.append(watch.state.toolhead)
    assert seen == ["extruder"] * 5 + ["none"] * 3


def test_head_type_names_the_toolhead_of_a_job_that_has_not_shown_it() -> None:
    watch = Watch()
    watch.hear(datagram(0, head="N/A"))
    watch.hear(datagram(1, head="N/A"))
    assert watch.events[0].toolhead is None
    watch.describe(JobInfo(head_type="LASER"))
    watch.hear(datagram(36, head="N/A"))
    assert watch.events[1].toolhead == "laser"
    watch.hear(datagram(16, head="EXTRUDER"))
    watch.describe(JobInfo(head_type="N/A"))
    watch.hear(datagram(128, head="N/A"))
    assert watch.events[-1].toolhead == "extruder"


def test_temperatures_need_a_toolhead_and_a_report() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.read(report(16, temperature=176.9))
    assert watch.state.nozzle_temperature == watch.state.nozzle_target == 176.9
    for st_id, module in ((48, None), (16, "LASER")):
        watch.read(report(st_id, module=module, temperature=25.0))
        assert watch.state.nozzle_temperature is watch.state.nozzle_target is None
    watch.read(report(16, temperature=0.0))
    assert watch.state.nozzle_temperature == 0.0
    watch.hear(datagram(16), after=5)
    assert watch.state.nozzle_temperature is None


def test_a_nozzle_that_is_never_quite_still_is_shown_once() -> None:
    watch = Watch()
    shown = []
    for measured in [199.6, 200.4, 199.7, 200.5, 199.9] * 20 + [200.6, 200.0, 199.6]:
        watch.read(report(16, temperature=measured))
        shown.append(watch.state.nozzle_temperature)
    assert shown == [199.6] * 100 + [200.6] * 2 + [199.6]
    # The target is what was set: each step of it counts.
    assert watch.state.nozzle_target == 199.6


def test_an_occupying_client_is_no_error() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    # The announcement that names it comes up to three seconds after the report.
    occupied = Report(st_id=-1, label="OCCUPIED", occupied_by="192.168.1.7")
    watch.read(occupied, after=1)
    for after in (1.0, 5.0):
        state = watch.state
        assert (state.status, state.occupied_by) == ("maintenance", "192.168.1.7")
        assert (state.error, state.error_label, state.problem) == ("none", "", False)
        watch.hear(datagram(-1, "192.168.1.7", occupied_by="192.168.1.7"), after)
    assert watch.problems == []
    watch.hear(datagram(0), after=5)
    assert watch.state.occupied_by is None


@pytest.mark.parametrize(
    ("st_id", "label", "changes", "outweighed"),
    [
        (16, "", {"progress": 0.7}, True),
        (16, "", {"progress": None}, True),
        (64, "", {}, False),
        (16, "USER_OPERATION", {}, False),
        (16, "", {"head": "N/A"}, False),
        (16, "", {"occupied_by": "10.0.0.7"}, False),
    ],
)
@pytest.mark.parametrize("has_module", [True, False])
def test_what_a_report_outweighs(
    st_id: int, label: str, changes: dict[str, Any], outweighed: bool, has_module: bool
) -> None:
    watch, before = Watch(), datagram(16, progress=0.5)
    watch.hear(before)
    watch.read(report(16, progress=0.4, has_module=has_module))
    state, after = watch.state, datagram(st_id, label, **{"progress": 0.5} | changes)
    assert is_alike(after, before) is outweighed
    watch.hear(after, 0.5)
    # What is not looked at would not have changed anything.
    assert watch.state == state or not outweighed


# Announcements as st_id@timestamp, and in brackets those that are late; +s before one.
# Behind # is what another boot begins its own with. After `lost` none counts.
ORDERS = {
    "as they were made": "16@100 16@103 64@104 0@110",
    "one that was overtaken": "16@100 64@104 [16@103] 64@104",
    "what says the same": "16@100 16@103 16@102 16@104",
    "idle since its last job": "0@100 1@900 [0@100] 16@901",
    # The loop stood still: what waited in another socket comes all at once.
    "a backlog": "0@100 128@130 [48@115] [48@118] [48@121] 128@128",
    "a backlog of answers": "128@130 [48@115] [48@115.5] [48@116] 128@131",
    "a backlog, and then a while": "128@130 +6 [48@115] [48@118] [48@121] 128@131",
    "a clock that was set back": "16@900 +3 [48@1] +3 48@4 +3 48@7",
    "that was, of an idle device": "16@900 +3 [0@1] +3 [0@1] +3 0@1",
    "no number": "0@100 16@nan 48@nan 64@5 16@inf 48@inf",
    "a forged one": "16@100 0@900 [16@101] +1 16@102 64@103",
    "a forged one, not far ahead": (
        "0@101.9 [16@100] +3 0@104.9 [16@103] +3 0@107.9 16@106"
    ),
    "a forged one of another kind after each": (
        "16@900 [64@100] [0@1] +3 [64@90] [0@1] +3 64@80 16@950 64@101"
    ),
    "forged ones of the same kind": ("16@900 [64@100] [64@1] +3 64@103 64@1 +3 64@106"),
    "forged ones of more kinds than a device has": (
        "99@900 [64@100] " + " ".join(f"[{kind}@1]" for kind in range(15)) + " 48@2"
    ),
    "what lags for long": (
        "16@100 48@110 [16@108] +4 16@114 48@116 [16@113] +4 [16@113]"
    ),
    "a reboot": "16@170 0@2#b 1@4#b 16@9#b",
    "what it said before, on its way for long": "16@170 0@2#b [48@171] 1@4#b [48@172] 1@5#b",
    "a new name": "0@100 0@100#b 16@101#b [0@100] 16@102#b",
    "a forged boot": "16@100 0@1#x [16@101] +3 16@104 64@105 [0@2#x] 64@106",
    "forged boots, and the device's own": "16@1#a 0@2#b 1@3#c [0@4#b] [16@9#a] +3 16@12#a 64@15#a",
    "forged boots, again and again": (
        "0@100#a 16@1#x [0@100#a] +3 16@2#y [0@100#a] +3 0@100#a 16@3#z 0@100#a"
    ),
    "a forged boot that says the same": "16@100 16@1#x [48@101] 16@102 48@103",
    "one that is known from before a silence": "16@100 0@2#b lost 16@100 64@101",
    "two that are late, a while apart": (
        "16@100 64@103 [16@102] +60 16@160 64@163 [16@162]"
    ),
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_announcements(order: str) -> None:
    at, latest, seen = 0.0, None, []
    tells = AnnouncementOrder(5.0)
    for word in ORDERS[order].split():
        if word.startswith("+"):
            at += float(word)
            seen.append(word)
            continue
        if word == "lost":
            latest = None
            seen.append(word)
            continue
        st_id, _, rest = word.strip("[]").partition("@")
        timestamp, _, prefix = rest.partition("#")
        status = replace(datagram(int(st_id)), timestamp=float(timestamp))
        new = Announced(status, at, prefix.encode())
        late = tells.is_late(new, latest)
        latest = latest if late else new
        seen.append(f"[{word.strip('[]')}]" if late else word.strip("[]"))
    assert " ".join(seen) == ORDERS[order]
