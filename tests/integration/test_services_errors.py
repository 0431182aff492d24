"""Actions that come to nothing: a person is told why, in a sentence."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from simulator import Device
from tests.integration.conftest import NAME, MakeDevice, MakeEntry
from tests.integration.life import act
from tests.keys import MASTER_KEYS


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (
            "error BAD_PARAMS",
            ("refused_values", "does not accept these values: BAD_PARA"),
        ),
        (
            "er BAD_PARAMS ns",
            ("refused_values", "not accept these values: BAD_PARAMS ns"),
        ),
        (
            "error HARDWARE_FAILURE wlan",
            ("refused_hardware", "HARDWARE_FAILURE wlan. Re"),
        ),
        ("error OPERATION_ERROR", ("refused_not_ready", "is not ready yet")),
        ("error UNKNOWN_COMMAND", ("refused_unknown_command", "does not support this")),
        ("error UNKNOWN_ERROR", ("refused_without_reason", "without a reason")),
        ("error NOT_FOUND", ("refused_not_found", "could not find this")),
        ("error SOMETHING NEW", ("refused", "refused the command: SOMETHING NEW")),
    ],
)
async def test_a_refusal_of_the_device_is_a_sentence(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    reply: str,
    told: tuple[str, str],
) -> None:
    key, sentence = told
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["rename"] = reply

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "rename", name="Attic")

    assert not isinstance(failed.value, ServiceValidationError)
    assert failed.value.translation_key == key
    assert NAME in str(failed.value)
    assert sentence in str(failed.value)


async def test_an_untrusted_key_is_a_sentence(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False)

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "rename", name="Attic")

    assert failed.value.translation_key == "not_trusted"


async def test_a_device_that_is_off_is_a_sentence(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    await device.power_off()

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "scan_wifi")

    assert failed.value.translation_key == "cannot_connect"


async def test_a_host_name_that_does_not_resolve_is_no_fault_of_the_call(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    names: dict[str, str],
) -> None:
    entry = await make_entry(await make_device(multicast=False), host="workshop")

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "scan_wifi")

    assert not isinstance(failed.value, ServiceValidationError)
    assert failed.value.translation_key == "cannot_connect"
    assert "workshop" in str(failed.value)


async def test_an_impostor_gets_nothing(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    device.faults.wrong_certificate = MASTER_KEYS[1]

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "rename", name="Attic")

    assert failed.value.translation_key == "identity_mismatch"
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_a_device_that_speaks_something_else_is_a_sentence(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["scan_wifi"] = "bonjour"

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "scan_wifi")

    assert failed.value.translation_key == "not_understood"


async def test_firmware_without_management_is_a_sentence(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(generation=1, firmware="1.0b12", udp_management=True)
    entry = await make_entry(device)

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "scan_wifi")

    assert failed.value.translation_key == "unsupported"
