"""Whatever a device says, in whatever order: what always holds for the tracker."""

import json
import math

from hypothesis import example, given, strategies as st

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import JobInfo, Report
from custom_components.flux3dp.job.model import JobState
from custom_components.flux3dp.job.store import as_stored, restored

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

type Looks = list[tuple[DeviceStatus | Report | None, float]]


@given(LOOKS)
def test_a_state_agrees_with_itself_and_with_the_one_before(looks: Looks) -> None:
    watch = Watch()
    highest: dict[int, float] = {}
    for look, after in looks:
        before = watch.state
        watch.see(look, after)
        watch.describe(JobInfo(filament_used=(1000.0, 250.0)))
        state = watch.state
        if state.progress is not None:
            assert highest.get(state.job_number, 0.0) <= state.progress <= 1
            highest[state.job_number] = state.progress
        assert state.printing_time >= before.printing_time
        assert 0 <= state.filament_used - before.filament_used <= 1250 * 2
        assert state.online or state.status == "offline"
        assert not (state.running and state.paused)
        assert state.active or not (state.running or state.paused)
        assert state.problem is (state.error != "none")
        assert not (state.problem and (state.st_id or 0) < 0)
        if state.finish_time is not None:
            assert state.active
            assert math.isfinite(state.finish_time)
        if not state.time_dependent:
            assert watch.look(after=1) == []
            assert watch.state == state


# A job that went on after an alarm which only a datagram had shown.
@example(
    [
        (datagram(1), 0.1),
        (None, 0.1),
        (datagram(256), 0.1),
        (datagram(6), 0.1),
        (report(256, session="aaa111"), 0.1),
    ]
)
@given(LOOKS)
def test_every_event_follows_from_the_one_before(looks: Looks) -> None:
    """No second end, no second pause, no resume without a pause, in one job."""
    watch = Watch()
    before = ""
    job = None
    final = False
    for look, after in looks:
        contact = watch.state.observed
        kinds = watch.see(look, after)
        # Only the end of a job that is known to be the same is told after a silence.
        assert contact or kinds == [] or (len(kinds) == 1 and kinds[0] in ENDS)
        is_new = watch.state.job_number != job
        if is_new and kinds and kinds[0] != "started":
            # The one before ended while a report counted that showed it.
            ended, *kinds = kinds
            assert ended in ENDS
            assert before not in ENDS or not final
        assert kinds in ([], ["started", "paused"], ["started", "failed"]) or (
            len(kinds) == 1
        )
        if is_new or not contact:
            job, before = watch.state.job_number, ""
        for kind in kinds:
            if kind == "started":
                assert before == ""
            elif before in ENDS:
                # A machine that was in alarm may go on, and so does a job whose end
                # was announced, if a report says that it does.
                assert (before == "failed" and kind != "failed") or not final
            else:
                assert kind != before
            before = kind
        final = watch.state.job is None or watch.state.job.end_announced_at is None


@given(LOOKS)
def test_a_report_outranks_announcements_and_no_job_goes_on_from_its_end(
    looks: Looks,
) -> None:
    watch = Watch()
    for look, after in looks:
        before = watch.state
        kinds = watch.see(look, after)
        if before.job is None or not watch.state.active:
            continue
        session = look.session if isinstance(look, Report) else None
        same = session in (None, before.job.session)
        if before.st_id in (66, 130) and session is None:
            assert watch.state.job_number > before.job_number
        elif isinstance(look, Report) and same and look.time_total is None:
            # Whatever was announced, it is there; one that begins is another.
            assert look.st_id == 1 or not (before.active and ENDS.intersection(kinds))


@given(LOOKS)
def test_results_and_counters_agree_with_the_events(looks: Looks) -> None:
    watch = Watch()
    completed = set()
    for look, after in looks:
        number = watch.state.job_number
        kinds = watch.see(look, after)
        state = watch.state
        if state.job_number != number and kinds and kinds[0] != "started":
            # Of the one before.
            completed |= {number} if kinds.pop(0) == "completed" else set()
        if kinds and kinds[-1] in ENDS:
            assert state.last_job_result == kinds[-1]
            assert not state.active
        elif "started" in kinds:
            assert state.active
        if "completed" in kinds:
            completed.add(state.job_number)
    # One that completed out of view is counted and not told.
    assert len(completed) <= watch.state.jobs_completed <= watch.state.job_number


@given(LOOKS, LOOKS)
def test_a_restart_changes_nothing_but_what_cannot_be_known(
    before: Looks, after: Looks
) -> None:
    """A restored tracker knows what one knows that lost sight of the device."""
    lost, restarted = Watch(), Watch()
    for watch in (lost, restarted):
        for look, passed in before:
            watch.see(look, passed)
        watch.describe(JobInfo(title="boat.fc", time_cost=3600.0))
    lost.reported = None
    lost.hear(None, after=60)
    restarted.restart(away=60)
    stored = as_stored(restarted.state)
    assert restored(json.loads(json.dumps(stored))) == restarted.state
    first = True
    for look, passed in after:
        lost.see(look, passed)
        told = restarted.see(look, passed)
        assert not (first and told)
        first = False
        assert common(lost.state) == common(restarted.state)


def common(state: JobState) -> tuple[object, ...]:
    """Return what of a state does not depend on having been there all the time."""
    return (
        state.status,
        state.active,
        state.paused,
        state.progress,
        state.error,
        state.job_number,
        state.job_name,
        state.last_job_result,
        state.jobs_completed,
    )
