"""Whatever a device says, in whatever order: what always holds for the tracker."""

from collections import Counter
import json
import math

from hypothesis import given, strategies as st

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import JobInfo, Report
from custom_components.flux3dp.job import JobState

from .watching import Watch, datagram, report

JOB_IDS = [1, 4, 6, 16, 18, 32, 36, 38, 48, 50, 64, 66, 68, 128, 130]
OTHER_IDS = [0, 2, 256, 512, 516, 1024, -1, -2, -17, 7, 192, -99]
ST_IDS = st.sampled_from([*JOB_IDS, *OTHER_IDS])
LABELS = st.sampled_from(["", "", "HEAD_ERROR TILT 32", "FILAMENT_RUNOUT 1", "NEW"])
PROGRESS = st.none() | st.floats(0, 1)
DATAGRAMS = st.builds(
    datagram,
    ST_IDS,
    LABELS,
    head=st.sampled_from(["EXTRUDER", "LASER", "N/A", "OFFLINE", ""]),
    progress=PROGRESS,
)
REPORTS = st.builds(
    report,
    ST_IDS,
    st.sampled_from(["RUNNING", "WAITING_HEAD", "ABORTING", ""]),
    LABELS,
    session=st.sampled_from([None, "aaa111", "bbb222"]),
    progress=PROGRESS,
    module=st.sampled_from(["EXTRUDER", None]),
    has_module=st.booleans(),
    running=st.none() | st.floats(0, 1e5),
    temperature=st.none() | st.floats(0, 300),
)
LOOKS = st.lists(
    st.tuples(DATAGRAMS | REPORTS | st.none(), st.sampled_from([0.1, 1, 3, 6, 90])),
    max_size=30,
)
ENDS = {"completed", "aborted", "failed"}


def see(watch: Watch, look: DeviceStatus | Report | None, after: float) -> list[str]:
    if isinstance(look, Report):
        return watch.read(look, after)
    return watch.hear(look, after)


@given(LOOKS)
def test_progress_never_falls_within_a_job(
    looks: list[tuple[DeviceStatus | Report | None, float]],
) -> None:
    watch = Watch()
    highest: dict[int, float] = {}
    for look, after in looks:
        see(watch, look, after)
        state = watch.state
        if state.progress is not None:
            assert highest.get(state.job_number, 0.0) <= state.progress <= 1
            highest[state.job_number] = state.progress


@given(LOOKS)
def test_every_event_follows_from_the_one_before(
    looks: list[tuple[DeviceStatus | Report | None, float]],
) -> None:
    """No second end, no second pause, no resume without a pause, in one job."""
    watch = Watch()
    before = ""
    job = None
    for look, after in looks:
        contact = watch.state.contact
        kinds = see(watch, look, after)
        assert contact or kinds == []
        assert kinds in ([], ["started", "paused"]) or len(kinds) == 1
        if watch.state.job_number != job or not contact:
            job, before = watch.state.job_number, ""
        for kind in kinds:
            assert kind != before
            if kind == "started":
                assert before == ""
            elif before in ENDS:
                # A machine that was in alarm may go on.
                assert before == "failed"
                assert kind in ("resumed", "completed")
            before = kind


@given(LOOKS)
def test_results_and_counters_agree_with_the_events(
    looks: list[tuple[DeviceStatus | Report | None, float]],
) -> None:
    watch = Watch()
    for look, after in looks:
        kinds = see(watch, look, after)
        state = watch.state
        if kinds and kinds[-1] in ENDS:
            assert state.last_job_result == kinds[-1]
            assert not state.active
        if "started" in kinds:
            assert state.active
    counted = Counter(event.type.value for event in watch.events)
    assert counted["completed"] == watch.state.jobs_completed


@given(LOOKS)
def test_the_words_agree_with_each_other(
    looks: list[tuple[DeviceStatus | Report | None, float]],
) -> None:
    watch = Watch()
    for look, after in looks:
        see(watch, look, after)
        state = watch.state
        assert state.online or state.status == "offline"
        assert not (state.running and state.paused)
        assert state.active or not (state.running or state.paused)
        assert state.problem is (state.error != "none")
        if state.st_id is not None and state.st_id < 0:
            assert not state.problem
        if state.finish_time is not None:
            assert state.active
            assert math.isfinite(state.finish_time)


@given(LOOKS, LOOKS)
def test_a_restart_changes_nothing_but_what_cannot_be_known(
    before: list[tuple[DeviceStatus | Report | None, float]],
    after: list[tuple[DeviceStatus | Report | None, float]],
) -> None:
    """A restored tracker and one that lost sight of the device become equal."""
    lost, restarted = Watch(), Watch()
    for watch in (lost, restarted):
        for look, passed in before:
            see(watch, look, passed)
        watch.describe(name="boat.fc", info=JobInfo(time_cost=3600.0))
    lost.reported = None
    lost.hear(None, after=60)
    restarted.restart(away=60)
    stored = restarted.state.to_dict()
    assert JobState.from_dict(json.loads(json.dumps(stored))) == restarted.state
    for look, passed in after:
        assert see(lost, look, passed) == see(restarted, look, passed)
        assert lost.state == restarted.state


@given(LOOKS)
def test_a_state_that_is_not_restless_does_not_depend_on_time(
    looks: list[tuple[DeviceStatus | Report | None, float]],
) -> None:
    watch = Watch()
    for look, after in looks:
        see(watch, look, after)
        before = watch.state
        if not before.restless:
            assert watch.look(after=1) == []
            assert watch.state == before
