"""Settings of simulated devices, over real sockets."""

import pytest

from custom_components.flux3dp.aioflux import (
    SETTINGS,
    CommandFailed,
    InvalidRequest,
    Robot,
)
from custom_components.flux3dp.aioflux.settings import Value
from simulator import Device


async def test_a_setting_the_device_does_not_know(device: Device, robot: Robot) -> None:
    device.settings.unknown = frozenset({"replay", "zoffset"})
    values = await robot.settings.read()
    assert SETTINGS.keys() - values.keys() == {"replay", "zoffset"}
    with pytest.raises(CommandFailed) as caught:
        await robot.settings.set("replay", True)
    assert caught.value.symbol == "BAD_PARAMS"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("correction", "H", "H"),
        ("filament_detect", "N", "N"),
        ("autoresume", True, "Y"),
        ("movement_test", False, "N"),
        ("zoffset", -0.05, "-0.05"),
        ("zoffset", 1, "1"),
        ("head_error_level", 424, "424"),
        ("head_error_level", 4294967295, "4294967295"),
    ],
)
async def test_there_and_back(
    device: Device, robot: Robot, name: str, value: Value, text: str
) -> None:
    await robot.settings.set(name, value)
    assert device.settings.get(name) == text
    assert (await robot.settings.read())[name] == value
    await robot.settings.reset(name)
    assert (await robot.settings.read())[name] is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("correction", "X"),
        ("correction", True),
        ("autoresume", "Y"),
        ("autoresume", 1),
        ("zoffset", 1.01),
        ("zoffset", float("nan")),
        ("zoffset", float("inf")),
        pytest.param("zoffset", 10**400, id="huge"),
        ("zoffset", True),
        ("leveling", "X:0"),
    ],
)
def test_what_no_setting_takes(key: str, value: Value) -> None:
    with pytest.raises(InvalidRequest):
        SETTINGS[key].spell(value)


# Calibration data, the protocol's generation, a device's own measure, and none at all.
@pytest.mark.parametrize("name", ["backlash", "leveling", "bare", "zprobe_dist", "x"])
async def test_what_is_not_to_be_changed(
    device: Device, robot: Robot, name: str
) -> None:
    before = dict(device.settings.values)
    for change in (robot.settings.set(name, "N"), robot.settings.reset(name)):
        with pytest.raises(InvalidRequest) as caught:
            await change
        assert (caught.value.field, caught.value.reason) == ("key", "out_of_range")
    assert device.settings.values == before
    assert not device.received.robot


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("correction", "X", None),
        ("autoresume", "maybe", None),
        ("zoffset", "1e9", None),
        ("zoffset", "nan", None),
        ("zoffset", "high", None),
        ("autoresume", "y", True),
    ],
)
def test_what_a_device_may_say(key: str, text: str, value: Value | None) -> None:
    assert SETTINGS[key].parse(text) == value
