"""A person sets a device up: every step, and the way on from every error."""

import asyncio
import base64
from ipaddress import ip_address
import socket
from typing import Any

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, UnknownFlow
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import Sighting, fingerprint
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from custom_components.flux3dp.identity import async_get_client_key
from simulator import Device, TrustedKey
from tests.integration.conftest import (
    NAME,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    wait_for_state,
)
from tests.keys import MASTER_KEYS

NOBODY = "127.0.50.9"
OTHER: dict[str, Any] = {
    "address": "127.0.50.2",
    "uuid": "0123456789abcdef0123456789abcdef",
    "serial": "FD1A104243",
    "name": "Attic",
    "master_key": MASTER_KEYS[1],
}


async def add(hass: HomeAssistant) -> ConfigFlowResult:
    """Choose *Add integration* and wait until the listening is over."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["step_id"] == "user"
    assert result["progress_action"] == "scan"
    await with_words(hass, result)
    await listened(hass, result)
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    return await with_words(hass, result)


async def with_words(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    """Return what a person is shown, after making sure that there are words for it."""
    words = await async_get_translations(hass, "en", "config", [DOMAIN])
    words |= await async_get_translations(hass, "en", "selector", [DOMAIN])
    step = f"step.{result.get('step_id')}"
    needed: set[str] = set()
    match result["type"]:
        case FlowResultType.FORM:
            needed = {f"{step}.title", f"{step}.description"}
            needed |= {f"error.{key}" for key in (result["errors"] or {}).values()}
            schema = result["data_schema"]
            for field in schema.schema if schema else ():
                needed |= {f"{step}.data.{field}", f"{step}.data_description.{field}"}
        case FlowResultType.SHOW_PROGRESS:
            needed = {f"{step}.title", f"progress.{result['progress_action']}"}
        case FlowResultType.ABORT:
            # Newer versions of Home Assistant have words of their own for some.
            needed = {f"abort.{result['reason']}"}
    given = result.get("description_placeholders") or {}
    for key in needed:
        text = words[f"component.{DOMAIN}.config.{key}"]
        text.format(**given)
    assert f"component.{DOMAIN}.selector.device.options.manual" in words
    return result


async def listened(hass: HomeAssistant, result: ConfigFlowResult) -> None:
    """Wait until the progress step of a flow is over."""
    async with asyncio.timeout(5):
        await progress_task(hass, result)
    await hass.async_block_till_done()


def progress_task(hass: HomeAssistant, result: ConfigFlowResult) -> asyncio.Task[Any]:
    flow = hass.config_entries.flow._progress[result["flow_id"]]
    task = flow.async_get_progress_task()
    assert task is not None
    return task


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, **fields: Any
) -> ConfigFlowResult:
    """Fill in the form that is shown, and send it."""
    assert result["type"] is FlowResultType.FORM, result
    result = await hass.config_entries.flow.async_configure(result["flow_id"], fields)
    await hass.async_block_till_done()
    return await with_words(hass, result)


async def enter(hass: HomeAssistant, host: str) -> ConfigFlowResult:
    """Choose *Add integration*, then to enter an address."""
    result = await add(hass)
    if result["step_id"] == "device":
        result = await submit(hass, result, device="manual")
    assert result["step_id"] == "manual"
    return await submit(hass, result, host=host)


async def card(hass: HomeAssistant, device: Device) -> ConfigFlowResult:
    """Have discovery run, and open the card of a device as soon as there is one."""
    flows = hass.config_entries.flow
    change = asyncio.Event()
    unsubscribe = flows.async_subscribe_flow(lambda _kind, _flow_id: change.set())
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: {}})
    try:
        async with asyncio.timeout(5):
            while not (shown := cards(hass, device)):
                await change.wait()
                change.clear()
    finally:
        unsubscribe()
    result = await flows.async_configure(shown[0]["flow_id"])
    return await with_words(hass, result)


def cards(hass: HomeAssistant, device: Device) -> list[ConfigFlowResult]:
    """Return the discovery flows that are open for a device."""
    return [
        flow
        for flow in hass.config_entries.flow.async_progress()
        if flow["context"]["source"] == SOURCE_INTEGRATION_DISCOVERY
        and flow["context"].get("unique_id") == device.config.uuid
    ]


async def trust_us(hass: HomeAssistant, device: Device) -> None:
    """Make a device trust our key already."""
    key = await async_get_client_key(hass)
    assert device.trust.add(TrustedKey.from_pem("Home Assistant", key.public_pem))


async def swap_mainboard(hass: HomeAssistant, device: Device) -> None:
    """Give a device another master key, and wait until Home Assistant knows."""
    listener = await async_get_listener(hass)
    changed = asyncio.Event()

    def hear(sighting: Sighting) -> None:
        if sighting.changed:
            changed.set()

    unsubscribe = listener.subscribe(hear, uuid=device.config.uuid)
    try:
        async with asyncio.timeout(5):
            await device.swap_master_key(MASTER_KEYS[2])
            await changed.wait()
    finally:
        unsubscribe()


def assert_entry(
    result: ConfigFlowResult, device: Device, *, verified: bool = True
) -> None:
    """Assert that the flow ended with exactly what an entry keeps of a device."""
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    assert result["title"] == device.name
    assert result["result"].unique_id == device.config.uuid
    assert result["data"] == {
        "host": device.address,
        "master_key": base64.b64encode(device.master_public_der).decode(),
        "serial": device.config.serial,
        "model": device.config.model,
        "verified": verified,
    }
    assert result["result"].state is ConfigEntryState.LOADED


async def assert_trusted(hass: HomeAssistant, device: Device) -> None:
    """Assert that the device keeps our key under our name."""
    key = await async_get_client_key(hass)
    trusted = device.trust.get(key.access_id.hex())
    assert trusted is not None
    assert trusted.label == f"Home Assistant ({hass.config.location_name})"


# -- the way through


async def test_device_is_chosen_from_the_list(
    hass: HomeAssistant, device: Device, make_device: MakeDevice
) -> None:
    other = await make_device(**OTHER)

    result = await add(hass)
    assert result["step_id"] == "device"
    assert not result["errors"]
    assert result["data_schema"] is not None
    (selector,) = result["data_schema"].schema.values()
    assert selector.config["options"] == [
        {"value": other.config.uuid, "label": "Attic (FLUX Delta, 127.0.50.2)"},
        {"value": device.config.uuid, "label": f"{NAME} (FLUX Delta, 127.0.50.1)"},
        {"value": "manual", "label": "Enter an address"},
    ]

    result = await submit(hass, result, device=device.config.uuid)
    assert result["step_id"] == "authorize"
    assert not result["errors"]
    assert result["description_placeholders"]["name"] == NAME

    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)
    await assert_trusted(hass, device)
    assert device.received.passwords == [PASSWORD]
    assert not other.received.connections


@pytest.mark.parametrize("generation", [1, 2])
async def test_device_is_found_by_its_address(
    hass: HomeAssistant, make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(generation=generation, multicast=False)

    result = await add(hass)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"base": "no_devices_found"}

    result = await submit(hass, result, host=f" {device.address} ")
    assert result["step_id"] == "authorize"
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)


async def test_card_leads_to_an_entry(hass: HomeAssistant, device: Device) -> None:
    result = await card(hass, device)
    assert result["step_id"] == "discovery_confirm"
    (flow,) = cards(hass, device)
    assert flow["context"]["title_placeholders"] == {"name": NAME}
    assert result["description_placeholders"]["host"] == device.address

    result = await submit(hass, result)
    assert result["step_id"] == "authorize"
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)


async def test_address_can_be_entered_although_devices_were_heard(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    await make_device()
    hidden = await make_device(**OTHER, multicast=False, password=None)
    result = await add(hass)
    result = await submit(hass, result, device="manual")
    assert result["step_id"] == "manual"
    assert not result["errors"]
    assert_entry(await submit(hass, result, host=hidden.address), hidden)


async def test_no_password_is_asked_where_none_is_set(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await add(hass)
    result = await submit(hass, result, device=device.config.uuid)
    assert_entry(result, device)
    await assert_trusted(hass, device)
    # An empty one would never be answered.
    assert all(device.received.passwords)


async def test_no_password_is_asked_where_our_key_is_trusted(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    await trust_us(hass, device)
    assert_entry(await enter(hass, device.address), device)
    assert device.received.passwords == []
    assert device.received.management == []


async def test_device_without_a_name_is_called_by_its_model(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(name="", model="fbm1", password=None)
    result = await enter(hass, device.address)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "beamo"


# -- passwords


async def test_wrong_password_then_the_right_one(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    result = await submit(hass, result, password="Secret")
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"password": "invalid_auth"}
    assert len(device.trust) == 0

    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)


@pytest.mark.parametrize(
    ("password", "error"),
    [("", "empty_password"), ("pässword", "password_not_ascii")],
)
async def test_password_no_device_can_have_is_not_sent(
    hass: HomeAssistant, make_device: MakeDevice, password: str, error: str
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    device.received.clear()

    result = await submit(hass, result, password=password)
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"password": error}
    assert not device.received.connections

    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)


async def test_password_that_was_set_meanwhile_is_asked_for(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await card(hass, device)
    # Its answer to our touch said that there is none, and nothing tells otherwise yet.
    device.password = PASSWORD
    result = await submit(hass, result)
    assert result["step_id"] == "authorize"
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_password_is_nowhere_in_the_entry(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    password = "nowhere-to-be-found"
    device = await make_device(password=password)
    result = await enter(hass, device.address)
    result = await submit(hass, result, password=password)
    assert_entry(result, device)
    assert password not in repr(result["result"].as_dict())


async def test_device_that_does_not_take_our_key_can_be_tried_again(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    device.faults.replies["add_trust"] = "error BAD_PARAMS"
    result = await enter(hass, device.address)
    result = await submit(hass, result, password=PASSWORD)
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"base": "refused"}

    device.faults.clear()
    assert_entry(await submit(hass, result, password=PASSWORD), device)


# -- addresses


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the names the network knows, to be filled; others do not resolve."""
    known: dict[str, str] = {}
    resolve = socket.getaddrinfo

    def resolve_known(host: str, *args: Any, **kwargs: Any) -> Any:
        try:
            ip_address(host)
        except ValueError:
            if host not in known:
                raise socket.gaierror(socket.EAI_NONAME, "unknown") from None
            host = known[host]
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_known)
    return known


@pytest.mark.parametrize("host", ["no-such-host", "http://127.0.50.1", "a" * 300, " "])
async def test_address_that_does_not_resolve(
    hass: HomeAssistant, make_device: MakeDevice, names: dict[str, str], host: str
) -> None:
    device = await make_device(password=None, multicast=False)
    result = await enter(hass, host)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"host": "invalid_host"}
    assert_entry(await submit(hass, result, host=device.address), device)


async def test_device_is_found_by_its_host_name(
    hass: HomeAssistant, make_device: MakeDevice, names: dict[str, str]
) -> None:
    device = await make_device(password=None, multicast=False)
    names["workshop"] = device.address
    assert_entry(await enter(hass, "workshop"), device)


async def test_address_with_nothing_behind_it(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None, multicast=False)
    result = await enter(hass, NOBODY)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"host": "no_flux_device"}
    assert_entry(await submit(hass, result, host=device.address), device)


@pytest.mark.parametrize("signed", [True, False])
async def test_address_that_answers_but_refuses_connections(
    hass: HomeAssistant, make_device: MakeDevice, signed: bool
) -> None:
    device = await make_device(
        password=None, multicast=False, **({} if signed else {"vendor_key": None})
    )
    await device.refuse_connections()
    result = await enter(hass, device.address)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.accept_connections()
    result = await submit(hass, result, host=device.address)
    if not signed:
        result = await submit(hass, result, accept=True)
    assert_entry(result, device, verified=signed)


async def test_another_address_after_one_that_could_not_be_had(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(multicast=False)
    await device.refuse_connections()
    other = await make_device(**OTHER, multicast=False, password=None)
    result = await enter(hass, device.address)
    assert result["errors"] == {"base": "cannot_connect"}
    assert_entry(await submit(hass, result, host=other.address), other)


# -- identity


async def test_unverified_device_is_set_up_only_with_consent(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(vendor_key=None)
    result = await add(hass)
    result = await submit(hass, result, device=device.config.uuid)
    assert result["step_id"] == "confirm_identity"
    assert not result["errors"]
    shown = result["description_placeholders"]["fingerprint"]
    assert shown == fingerprint(device.master_public_der)
    assert shown.replace(":", "").lower() == device.fingerprint

    result = await submit(hass, result)
    assert result["step_id"] == "confirm_identity"
    assert result["errors"] == {"accept": "not_accepted"}
    # Until a person has said yes, it has nothing of ours.
    assert device.received.application_bytes == b""

    result = await submit(hass, result, accept=True)
    assert result["step_id"] == "authorize"
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device, verified=False)


async def test_unverified_device_that_went_off_after_it_was_shown(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(vendor_key=None)
    result = await enter(hass, device.address)
    assert result["step_id"] == "confirm_identity"
    await device.power_off()
    result = await submit(hass, result, accept=True)
    assert result["step_id"] == "confirm_identity"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.power_on()
    result = await submit(hass, result, accept=True)
    assert result["step_id"] == "authorize"
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device, verified=False)


async def test_consent_is_for_the_key_that_was_shown(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(vendor_key=None)
    result = await enter(hass, device.address)
    assert result["step_id"] == "confirm_identity"
    await swap_mainboard(hass, device)
    device.received.clear()

    result = await submit(hass, result, accept=True)
    assert result["step_id"] == "confirm_identity"
    assert result["errors"] == {"base": "identity_mismatch"}
    assert device.received.application_bytes == b""

    # Added again, the new key is the one that is asked about.
    result = await enter(hass, device.address)
    shown = result["description_placeholders"]["fingerprint"]
    assert shown == fingerprint(device.master_public_der)
    result = await submit(hass, result, accept=True)
    assert_entry(await submit(hass, result, password=PASSWORD), device, verified=False)


async def test_card_of_an_unverified_device_says_so(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(vendor_key=None, password=None)
    result = await card(hass, device)
    (flow,) = cards(hass, device)
    assert flow["context"]["title_placeholders"] == {"name": f"{NAME} (unverified)"}
    result = await submit(hass, result)
    assert result["step_id"] == "confirm_identity"
    result = await submit(hass, result, accept=True)
    assert_entry(result, device, verified=False)


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("generation", [1, 2])
async def test_impostor_receives_nothing(
    hass: HomeAssistant, make_device: MakeDevice, generation: int, signed: bool
) -> None:
    """The datagrams are the device's, the certificate is somebody else's."""
    device = await make_device(
        generation=generation, **({} if signed else {"vendor_key": None})
    )
    device.faults.wrong_certificate = MASTER_KEYS[3]
    result = await enter(hass, device.address)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"base": "identity_mismatch"}
    assert device.received.connections
    assert device.received.application_bytes == b""
    assert device.received.passwords == []

    device.faults.clear()
    result = await submit(hass, result, host=device.address)
    assert result["step_id"] == ("authorize" if signed else "confirm_identity")


async def test_impostor_that_appears_before_the_password_does_not_get_it(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    assert result["step_id"] == "authorize"
    device.received.clear()
    device.faults.wrong_certificate = MASTER_KEYS[3]

    result = await submit(hass, result, password=PASSWORD)
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"base": "identity_mismatch"}
    assert device.received.connections
    assert device.received.application_bytes == b""
    assert device.received.passwords == []

    device.faults.clear()
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_card_is_for_the_mainboard_that_is_there_now(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await card(hass, device)
    await swap_mainboard(hass, device)
    result = await submit(hass, result)
    assert_entry(result, device)


# -- power, addresses, firmware


async def test_card_of_a_device_that_was_switched_off(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await card(hass, device)
    await device.power_off()
    result = await submit(hass, result)
    assert result["step_id"] == "discovery_confirm"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.power_on()
    assert_entry(await submit(hass, result), device)


async def test_device_that_was_switched_off_before_the_password(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    await device.power_off()
    result = await submit(hass, result, password=PASSWORD)
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.power_on()
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_device_that_moved_before_the_password(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    await device.move("127.0.50.3")
    # Somebody else got its address.
    await make_device(**OTHER | {"address": "127.0.50.1"})
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)
    assert result["data"]["host"] == "127.0.50.3"


async def test_listed_device_that_went_off_can_be_chosen_again(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await add(hass)
    await device.power_off()
    result = await submit(hass, result, device=device.config.uuid)
    assert result["step_id"] == "device"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.power_on()
    assert_entry(await submit(hass, result, device=device.config.uuid), device)


async def test_device_that_is_off_is_not_listed(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    """The listener still remembers it, but a person could do nothing with it."""
    device = await make_device()
    listener = await async_get_listener(hass)
    await listener.find(device.address)
    await device.power_off()
    result = await add(hass)
    assert result["step_id"] == "manual"


async def test_card_of_a_device_nobody_remembers(hass: HomeAssistant) -> None:
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={"uuid": OTHER["uuid"]},
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_heard"
    await with_words(hass, result)


async def test_firmware_that_is_too_old_can_be_updated(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(generation=1, firmware="1.0b12")
    result = await enter(hass, device.address)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"base": "unsupported_firmware"}
    assert not device.received.connections

    await device.upgrade(firmware="1.6.95", generation=2)
    result = await submit(hass, result, host=device.address)
    assert result["step_id"] == "authorize"
    assert_entry(await submit(hass, result, password=PASSWORD), device)


# -- twice


async def test_device_that_is_set_up_is_not_offered_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    other = await make_device(**OTHER)
    await make_entry(device)

    result = await add(hass)
    assert result["data_schema"] is not None
    with pytest.raises(InvalidData):
        await submit(hass, result, device=device.config.uuid)
    result = await submit(hass, result, device=other.config.uuid)
    assert result["step_id"] == "authorize"


async def test_address_of_a_device_that_is_set_up(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    await make_entry(device, setup=False)
    result = await enter(hass, device.address)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert not device.received.connections


async def test_new_address_of_a_device_that_is_set_up_is_followed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """Where announcements do not reach, entering the address says where it went."""
    device = await make_device(multicast=False)
    entry = await make_entry(device)
    connectivity = "binary_sensor.delta_in_der_werkstatt_connectivity"
    await wait_for_state(hass, connectivity, "on")
    await device.move("127.0.50.3")
    await wait_for_state(hass, connectivity, "off")

    result = await enter(hass, device.address)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    await wait_for_state(hass, connectivity, "on")
    assert entry.data["host"] == device.address


async def test_card_of_a_device_that_is_set_up(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    await make_entry(device, setup=False)
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={"uuid": device.config.uuid},
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_card_waits_while_a_person_sets_the_device_up(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(multicast=False)
    result = await enter(hass, device.address)
    assert result["step_id"] == "authorize"
    second = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={"uuid": device.config.uuid},
    )
    assert second["type"] is FlowResultType.ABORT
    assert second["reason"] == "already_in_progress"
    await with_words(hass, second)
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_ignored_device_can_be_added_by_hand(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    MockConfigEntry(
        domain=DOMAIN, unique_id=device.config.uuid, source=SOURCE_IGNORE
    ).add_to_hass(hass)
    result = await add(hass)
    assert_entry(await submit(hass, result, device=device.config.uuid), device)


async def test_first_of_two_flows_closes_the_other(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    first = await card(hass, device)
    first = await submit(hass, first)
    assert first["step_id"] == "authorize"
    second = await enter(hass, device.address)
    assert second["step_id"] == "authorize"

    assert_entry(await submit(hass, second, password=PASSWORD), device)
    with pytest.raises(UnknownFlow):
        await submit(hass, first, password=PASSWORD)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_listed_device_that_was_set_up_meanwhile(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    first = await add(hass)
    second = await enter(hass, device.address)
    assert_entry(second, device)

    first = await submit(hass, first, device=device.config.uuid)
    assert first["type"] is FlowResultType.ABORT
    assert first["reason"] == "already_configured"


async def test_closed_dialog_ends_the_listening(hass: HomeAssistant) -> None:
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    task = progress_task(hass, result)
    hass.config_entries.flow.async_abort(result["flow_id"])
    with pytest.raises(asyncio.CancelledError):
        await task
