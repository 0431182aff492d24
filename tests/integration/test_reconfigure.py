"""Reconfiguration: another address, name or password, and what is in the way of any."""

from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntryState
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
)
from simulator import MANAGEMENT_PORT, Device, TrustedKey
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    OTHER,
    PASSWORD,
    announced,
    having,
)
from tests.integration.fakes import Home, settle
from tests.integration.flows import (
    NO_DEVICE,
    PASSWORDS,
    assert_abort,
    assert_form,
    assert_reconfigured,
    assert_trusted,
    look_at_repairs,
)
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS, OTHER_CLIENT_KEY

FORGOTTEN = AuthenticationFailed("the device does not trust our key")


# -- in the way of any


async def test_without_the_device_only_its_address_can_be_changed(home: Home) -> None:
    await home.unload()
    for step in ("rename", "wifi", "password"):
        assert_abort(await home.reconfigure(step), "not_loaded")


async def test_a_device_that_forgot_us_while_a_dialog_was_open(home: Home) -> None:
    """Home Assistant opens no dialog for a password beside one that reconfigures."""
    hass = home.hass
    result = await home.reconfigure("address")
    home.device.refuses_manager = FORGOTTEN
    home.entry.runtime_data.trust.async_check()
    await settle()
    assert home.reauths == []
    hass.config_entries.flow.async_abort(result["flow_id"])
    await hass.async_block_till_done()
    assert len(home.reauths) == 1


@pytest.mark.parametrize("step", ["password", "rename"])
async def test_a_device_that_forgot_us_asks_for_its_password_first(
    home: Home, step: str
) -> None:
    result = await home.reconfigure(step)
    home.device.refuses_manager = FORGOTTEN
    fields = PASSWORDS if step == "password" else {"name": "Attic"}
    assert_abort(await home.submit(result, **fields), "not_trusted")
    await home.hass.async_block_till_done()
    assert len(home.reauths) == 1


async def test_a_reauthentication_and_a_reconfiguration_do_not_fight(
    unpaired: Wired, device: Device
) -> None:
    await unpaired.set_up(trusted=False)
    await unpaired.until(lambda: bool(unpaired.reauths))
    [reauth] = unpaired.reauths
    # While one dialog waits for the password, the other one changes the address ...
    result = await unpaired.reconfigure("address")
    assert_reconfigured(await unpaired.submit(result, host=device.address))
    # ... or gives way.
    result = await unpaired.reconfigure("password")
    assert_abort(await unpaired.submit(result, **PASSWORDS), "not_trusted")
    await unpaired.hass.async_block_till_done()

    assert [flow["flow_id"] for flow in unpaired.reauths] == [reauth["flow_id"]]
    result = await unpaired.flow.async_configure(reauth["flow_id"])
    assert_abort(await unpaired.submit(result, password=PASSWORD), "reauth_successful")
    await assert_trusted(unpaired)


async def test_a_dialog_outlives_its_entry(home: Home) -> None:
    result = await home.reconfigure("rename")
    home.device.refuses_manager = ConnectionFailed()
    await home.remove()
    home.flow.async_abort(result["flow_id"])


# -- the address


@having({"multicast": False})
@pytest.mark.parametrize(
    ("typed", "host"),
    [
        *((typed, ADDRESSES[2]) for typed in (" {} ", "http://{}/", "{}:1901")),
        ("delta", "delta"),
    ],
)
async def test_a_new_address_is_taken_when_the_device_proves_to_be_there(
    wired: Wired,
    *,
    device: Device,
    entry: MockConfigEntry,
    names: dict[str, str],
    typed: str,
    host: str,
) -> None:
    await device.move(ADDRESSES[2])
    await wired.status_is("offline")
    names["delta"] = ADDRESSES[2]
    result = await wired.reconfigure("address")
    assert_reconfigured(await wired.submit(result, host=typed.format(ADDRESSES[2])))
    assert entry.data["host"] == host
    await wired.status_is("idle")
    assert entry.state is ConfigEntryState.LOADED
    assert device.received.passwords == []


async def test_a_wrong_address_can_be_corrected(
    unpaired: Wired, device: Device, names: dict[str, str]
) -> None:
    """Also of an entry that is not loaded."""
    entry = await unpaired.set_up(setup=False, host=ADDRESSES[5])
    other = await unpaired.make_device(**OTHER)
    result = await unpaired.reconfigure("address")
    for host, error in (
        ("no-such-host", "invalid_host"),
        (NO_DEVICE, "no_flux_device"),
        (other.address, "wrong_device"),
    ):
        result = await unpaired.submit(result, host=host)
        assert_form(result, "address", host=error)
    assert other.received.connections == []
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await unpaired.submit(result, host=device.address)
    assert_form(result, "address", base="cannot_connect")
    await device.accept_connections(MANAGEMENT_PORT)
    assert_reconfigured(await unpaired.submit(result, host=device.address))
    assert entry.data["host"] == device.address


@pytest.mark.parametrize("is_taken", [False, True], ids=["free", "taken"])
async def test_an_address_with_another_key_is_decided_in_repairs(
    wired: Wired,
    device: Device,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    *,
    is_taken: bool,
) -> None:
    """A new mainboard often has a new address too; another device may have the old one."""
    repairs = await look_at_repairs(wired.hass, hass_client)
    await wired.switch_off()
    await device.swap_master_key(MASTER_KEYS[2])
    await device.move(ADDRESSES[1])
    if is_taken:
        await wired.make_device(**OTHER | {"address": ADDRESSES[0]})
    result = await wired.reconfigure("address")
    result = await wired.submit(result, host=ADDRESSES[1])
    assert_form(result, "address", base="key_changed")
    await announced(device, 20)
    assert entry.data["host"] == ADDRESSES[0]
    assert device.received.application_bytes == b""

    shown = await repairs.open(wired.issues["master_key_changed"])
    assert (await repairs.send(shown))["type"] == "create_entry"
    await wired.until(lambda: entry.data["host"] == ADDRESSES[1])
    await wired.status_is("idle")
    assert wired.issues == {}


@pytest.mark.parametrize("typed", [ADDRESSES[1], "delta"])
async def test_an_address_with_the_pinned_key_ends_the_question_of_another(
    home: Home, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """Also while an impostor answers where the device was, by the same host name."""

    async def prove(candidate: DeviceInfo, *_: object) -> None:
        assert candidate.host == ADDRESSES[1]

    monkeypatch.setattr("custom_components.flux3dp.reconfigure_flow.verify_key", prove)
    hass, coordinator = home.hass, home.entry.runtime_data
    if typed == "delta":
        hass.config_entries.async_update_entry(
            home.entry, data={**home.entry.data, "host": typed}
        )
        coordinator.resolved = (typed, ADDRESSES[0])
    coordinator.trust.set_mismatch(b"another")
    home.device.info = replace(home.device.info, host=ADDRESSES[1])

    result = await home.reconfigure("address")
    assert_reconfigured(await home.submit(result, host=typed))
    assert home.issues == {}
    assert (home.entry.data["host"], coordinator.host) == (typed, ADDRESSES[1])
    assert await home.act("list_trusted_keys")


# -- the name


async def test_a_new_name(wired: Wired, device: Device) -> None:
    result = await wired.reconfigure("rename")
    [field] = result["data_schema"].schema
    assert field.description == {"suggested_value": NAME}
    for name, error in (
        (" ", "empty_name"),
        ("a\nb", "control_characters"),
        ("♥" * 43, "name_too_long"),
    ):
        result = await wired.submit(result, name=name)
        assert_form(result, "rename", name=error)
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await wired.submit(result, name="Attic")
    assert_form(result, "rename", base="cannot_connect")
    await device.accept_connections(MANAGEMENT_PORT)
    assert device.name == NAME
    assert_reconfigured(await wired.submit(result, name=" Attic "))
    assert device.name == "Attic"
    await wired.until(lambda: wired.entry.title == "Attic")


# -- the password


@pytest.mark.parametrize("forget", [True, False])
async def test_a_new_password(wired: Wired, device: Device, *, forget: bool) -> None:
    other = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    device.trust.add(TrustedKey.from_pem("Studio", other.public_pem))
    result = await wired.reconfigure("password")
    result = await wired.submit(result, **PASSWORDS | {"forget_trusted": forget})
    assert_reconfigured(result)
    assert device.password == "better"
    assert await wired.act("rename", name="Attic") == {"name": "Attic"}
    trusted = {key.label for key in device.trust.values()}
    others = set() if forget else {"Studio"}
    assert trusted == {f"Home Assistant ({wired.hass.config.location_name})"} | others
    assert wired.reauths == device.received.passwords == []


async def test_a_password_is_removed_and_set_again(wired: Wired) -> None:
    again = "once more"
    for fields, password in (
        ({"old_password": PASSWORD, "remove_password": True}, None),
        ({"new_password": again, "repeat_password": again}, again),
    ):
        result = await wired.reconfigure("password")
        assert_reconfigured(await wired.submit(result, **fields))
        assert wired.device.password == password


async def test_nothing_is_changed_unless_it_is_clear_what_is_wanted(
    wired: Wired, device: Device
) -> None:
    result = await wired.reconfigure("password")
    foreign = {"new_password": "besser♥", "repeat_password": "besser♥"}
    cases: tuple[tuple[dict[str, Any], dict[str, str]], ...] = (
        ({"new_password": "", "repeat_password": ""}, {"base": "new_missing"}),
        ({"repeat_password": "bettr"}, {"base": "passwords_differ"}),
        ({"new_password": ""}, {"base": "new_missing"}),
        ({"remove_password": True}, {"base": "new_and_removed"}),
        ({"remove_password": True, "new_password": ""}, {"base": "new_and_removed"}),
        (foreign, {"new_password": "password_not_ascii"}),
    )
    for changes, errors in cases:
        result = await wired.submit(result, **PASSWORDS | changes)
        assert_form(result, "password", **errors)
    assert device.received.connections == []

    result = await wired.submit(result, **PASSWORDS | {"old_password": "wrong"})
    assert_form(result, "password", old_password="wrong_password")
    device.faults.replies["passwd"] = "error UNKNOWN_ERROR"
    result = await wired.submit(result, **PASSWORDS)
    assert_form(result, "password", base="refused")
    assert device.password == PASSWORD
    device.faults.clear()
    assert_reconfigured(await wired.submit(result, **PASSWORDS))
    assert device.password == "better"
