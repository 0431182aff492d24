"""Reconfiguration: another address, name or password, and what is in the way of any."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ClientKey
from simulator import MANAGEMENT_PORT, Device, TrustedKey
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    signed_in,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import (
    NO_DEVICE,
    OTHER,
    PASSWORDS,
    WIFI,
    assert_abort,
    assert_form,
    assert_reconfigured,
    assert_trusted,
    progressed,
    reconfigure,
    send_away,
    submit,
    wifi_settings,
)
from tests.integration.life import STATUS, act, issues, reauths
from tests.keys import MASTER_KEYS, OTHER_CLIENT_KEY


@pytest.fixture
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return the usual device, of one generation: management is the same in both."""
    return await make_device(**getattr(request, "param", {}))


# -- in the way of any


@pytest.mark.parametrize("step", ["rename", "wifi", "password"])
async def test_without_the_device_only_its_address_can_be_changed(
    hass: HomeAssistant, entry: MockConfigEntry, step: str
) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert_abort(await reconfigure(hass, entry, step), "not_loaded")


async def test_a_device_that_forgot_us_while_a_dialog_was_open(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    """Home Assistant opens no dialog for a password beside one that reconfigures."""
    result = await reconfigure(hass, entry, "address")
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    device.forget_trust()
    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")
    await signed_in(hass, entry)
    assert reauths(hass, entry) == []

    hass.config_entries.flow.async_abort(result["flow_id"])
    await wait_until(hass, lambda: len(reauths(hass, entry)) == 1)


@pytest.mark.parametrize("at", ["scan", "change", "password", "rename"])
async def test_a_device_that_forgot_us_asks_for_its_password_first(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, at: str
) -> None:
    result: ConfigFlowResult
    if at == "scan":
        device.forget_trust()
        result = await progressed(hass, await reconfigure(hass, entry, "wifi"))
    elif at == "change":
        result = await wifi_settings(hass, entry)
        device.forget_trust()
        result = await send_away(hass, result, **WIFI)
    else:
        result = await reconfigure(hass, entry, at)
        device.forget_trust()
        fields = PASSWORDS if at == "password" else {"name": "Attic"}
        result = await submit(hass, result, **fields)

    assert_abort(result, "not_trusted")
    await wait_until(hass, lambda: len(reauths(hass, entry)) == 1)
    assert (device.name, device.password) == (NAME, PASSWORD)


async def test_a_reauthentication_and_a_reconfiguration_do_not_fight(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, trusted=False)
    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    [reauth] = reauths(hass, entry)

    # While one dialog waits for the password, the other one changes the address ...
    result = await reconfigure(hass, entry, "address")
    assert_reconfigured(await submit(hass, result, host=device.address))
    # ... or gives way.
    result = await reconfigure(hass, entry, "password")
    assert_abort(await submit(hass, result, **PASSWORDS), "not_trusted")
    await hass.async_block_till_done()

    assert [flow["flow_id"] for flow in reauths(hass, entry)] == [reauth["flow_id"]]
    result = await hass.config_entries.flow.async_configure(reauth["flow_id"])
    assert_abort(await submit(hass, result, password=PASSWORD), "reauth_successful")
    await assert_trusted(hass, device)


async def test_a_dialog_outlives_its_entry(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    result = await reconfigure(hass, entry, "rename")
    await hass.config_entries.async_remove(entry.entry_id)
    hass.config_entries.flow.async_abort(result["flow_id"])


# -- the address


@pytest.mark.parametrize("device", [{"multicast": False}], indirect=True)
async def test_a_new_address_is_taken_when_the_device_proves_to_be_there(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await device.move(ADDRESSES[2])
    await wait_for_state(hass, STATUS, "offline")

    result = await reconfigure(hass, entry, "address")
    assert_reconfigured(await submit(hass, result, host=f" {ADDRESSES[2]} "))
    assert entry.data["host"] == ADDRESSES[2]
    await wait_for_state(hass, STATUS, "idle")
    assert entry.state is ConfigEntryState.LOADED
    assert device.received.passwords == []


@pytest.mark.parametrize(
    "typed", ["{}", "http://{}/", "{}:1901", "{}/", "https://{}:8080/index.html"]
)
async def test_what_is_meant_is_taken(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, typed: str
) -> None:
    entry = await make_entry(device, setup=False, host=ADDRESSES[5])
    result = await reconfigure(hass, entry, "address")
    assert_reconfigured(await submit(hass, result, host=typed.format(device.address)))
    assert entry.data["host"] == device.address


@pytest.mark.parametrize("device", [{"multicast": False}], indirect=True)
async def test_a_host_name_is_kept(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, names: dict[str, str]
) -> None:
    entry = await make_entry(device, host=ADDRESSES[5])
    await wait_for_state(hass, STATUS, "offline")
    names["delta"] = device.address

    result = await reconfigure(hass, entry, "address")
    assert_reconfigured(await submit(hass, result, host="delta"))
    assert entry.data["host"] == "delta"
    await wait_for_state(hass, STATUS, "idle")


async def test_a_wrong_address_can_be_corrected(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    make_device: MakeDevice,
    names: dict[str, str],
) -> None:
    other = await make_device(**OTHER)
    result = await reconfigure(hass, entry, "address")
    for host, error in (
        ("no-such-host", "invalid_host"),
        (NO_DEVICE, "no_flux_device"),
        (other.address, "wrong_device"),
    ):
        result = await submit(hass, result, host=host)
        assert_form(result, "address", host=error)
    assert other.received.connections == []
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await submit(hass, result, host=device.address)
    assert_form(result, "address", base="cannot_connect")
    await device.accept_connections(MANAGEMENT_PORT)
    assert_reconfigured(await submit(hass, result, host=device.address))
    assert entry.data["host"] == device.address


async def test_an_address_with_another_key_is_decided_in_repairs(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await device.swap_master_key(MASTER_KEYS[1])
    await device.move(ADDRESSES[1])

    result = await reconfigure(hass, entry, "address")
    result = await submit(hass, result, host=ADDRESSES[1])
    assert_form(result, "address", base="key_changed")
    assert entry.data["host"] == ADDRESSES[0]
    assert "master_key_changed" in issues(hass)
    assert device.received.application_bytes == b""


# -- the name


@pytest.mark.parametrize("device", [{"generation": 1}, {}], indirect=True)
async def test_a_new_name(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await reconfigure(hass, entry, "rename")
    [field] = result["data_schema"].schema
    assert field.description == {"suggested_value": NAME}
    assert_reconfigured(await submit(hass, result, name=" Attic "))
    assert device.name == "Attic"
    await wait_until(hass, lambda: entry.title == "Attic")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (" ", "empty_name"),
        ("a\nb", "control_characters"),
        ("♥" * 43, "name_too_long"),
    ],
)
async def test_a_name_that_does_not_do_can_be_corrected(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, name: str, error: str
) -> None:
    result = await reconfigure(hass, entry, "rename")
    result = await submit(hass, result, name=name)
    assert_form(result, "rename", name=error)
    assert device.name == NAME
    assert_reconfigured(await submit(hass, result, name="Attic"))


async def test_a_device_out_of_reach_can_be_renamed_later(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await reconfigure(hass, entry, "rename")
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await submit(hass, result, name="Attic")
    assert_form(result, "rename", base="cannot_connect")
    await device.accept_connections(MANAGEMENT_PORT)
    assert_reconfigured(await submit(hass, result, name="Attic"))


# -- the password


@pytest.mark.parametrize("forget", [True, False])
async def test_a_new_password(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, *, forget: bool
) -> None:
    other = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    device.trust.add(TrustedKey.from_pem("Studio", other.public_pem))
    result = await reconfigure(hass, entry, "password")
    result = await submit(hass, result, **PASSWORDS | {"forget_trusted": forget})

    assert_reconfigured(result)
    assert device.password == "better"
    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}
    assert len(device.trust) == (1 if forget else 2)


async def test_a_password_is_removed_and_set_again(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await reconfigure(hass, entry, "password")
    result = await submit(hass, result, old_password=PASSWORD, remove_password=True)
    assert_reconfigured(result)
    assert device.password is None
    result = await reconfigure(hass, entry, "password")
    again = "once more"
    result = await submit(hass, result, new_password=again, repeat_password=again)
    assert_reconfigured(result)
    assert device.password == again


async def test_nothing_is_changed_unless_it_is_clear_what_is_wanted(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await reconfigure(hass, entry, "password")
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"new_password": "", "repeat_password": ""}, "new_missing"),
        ({"repeat_password": "bettr"}, "passwords_differ"),
        ({"new_password": ""}, "new_missing"),
        ({"remove_password": True}, "new_and_removed"),
        ({"remove_password": True, "new_password": ""}, "new_and_removed"),
    )
    for changes, error in cases:
        result = await submit(hass, result, **PASSWORDS | changes)
        assert_form(result, "password", base=error)
    foreign = {"new_password": "besser♥", "repeat_password": "besser♥"}
    result = await submit(hass, result, **PASSWORDS | foreign)
    assert_form(result, "password", new_password="password_not_ascii")
    assert device.received.connections == []

    result = await submit(hass, result, **PASSWORDS | {"old_password": "wrong"})
    assert_form(result, "password", old_password="wrong_password")
    device.faults.replies["passwd"] = "error UNKNOWN_ERROR"
    result = await submit(hass, result, **PASSWORDS)
    assert_form(result, "password", base="refused")
    assert device.password == PASSWORD
    device.faults.clear()
    assert_reconfigured(await submit(hass, result, **PASSWORDS))
    assert device.password == "better"
