"""What a person does with the dialogs of the config flow, and what must be there then.

That each has its words, `words.py` checks.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from homeassistant.config_entries import (
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.client_key import async_get_client_key
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from simulator import PATIENCE, Device, SimulatedNetwork, TrustedKey
from tests.aioflux.updates import Updates
from tests.integration.conftest import ADDRESSES, PASSWORD, Client
from tests.integration.house import House
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS
from tests.surroundings import data_of

NO_DEVICE = "127.0.50.9"
KEY = "12345678"

ATTIC = SimulatedNetwork(ssid="Attic", key=KEY, address=ADDRESSES[3])
# A device that is there is not heard.
FAR = SimulatedNetwork(ssid="Far", key=KEY, reachable=False)


def wifi(ssid: str) -> dict[str, Any]:
    """Return what sends a device to a Wi-Fi network that gives it an address."""
    return {"method": "dhcp", "ssid": ssid, "wifi_password": KEY}


HOME = wifi("Home Network")
STATIC = HOME | {
    "method": "static",
    "ip_address": ADDRESSES[1],
    "prefix_length": 24,
    "gateway": "127.0.50.254",
    "dns": ["127.0.50.254"],
}

# What is typed to send a device to another network, and to change its password.
WIFI = {"ssid": "Attic", "wifi_password": KEY, "hidden": False}
PASSWORDS = {
    "old_password": PASSWORD,
    "new_password": "better",
    "repeat_password": "better",
    "forget_trusted": False,
}


async def add(house: House) -> ConfigFlowResult:
    """Choose *Add integration* and wait until the scan is over."""
    result = await house.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["progress_action"] == "scan"
    return await progressed(house, result)


def progress_task(house: House, result: ConfigFlowResult) -> asyncio.Task[Any]:
    flow = house.flow._progress[result["flow_id"]]
    task = flow.async_get_progress_task()
    assert task is not None
    return task


async def progressed(house: House, result: ConfigFlowResult) -> ConfigFlowResult:
    """Wait until a progress step is over, and return what comes after it."""
    assert result["type"] is FlowResultType.SHOW_PROGRESS, result
    flow = house.flow._progress[result["flow_id"]]
    if (task := flow.async_get_progress_task()) is not None:
        # The step after it shows how it went.
        await asyncio.wait([task], timeout=PATIENCE)
        await house.hass.async_block_till_done()
    return await house.flow.async_configure(result["flow_id"])


# What a person answers who has no reason to do otherwise.
ANSWERS: dict[str, dict[str, Any]] = {
    "discovery_confirm": {},
    "confirm_identity": {"accept": True},
    "authorize": {"password": PASSWORD},
}


async def walk(house: House, result: ConfigFlowResult) -> ConfigFlowResult:
    """Answer the form that is shown and those that follow, and return how it ends."""
    for step, answer in ANSWERS.items():
        if result.get("step_id") == step:
            result = await house.submit(result, **answer)
    return result


async def enter(wired: Wired, host: str | None = None) -> ConfigFlowResult:
    """Choose *Add integration*, then to enter the address of the device, or another."""
    result = await add(wired)
    if result["step_id"] == "device":
        result = await wired.submit(result, device="manual")
    assert result["step_id"] == "manual"
    return await wired.submit(result, host=host or wired.device.address)


async def open_discovered(wired: Wired) -> ConfigFlowResult:
    """Have discovery run, and open the flow of a device as soon as there is one."""
    flows = wired.flow
    change = asyncio.Event()
    unsubscribe = flows.async_subscribe_flow(lambda _kind, _flow_id: change.set())
    assert await async_setup_component(wired.hass, DOMAIN, {DOMAIN: {}})
    try:
        async with asyncio.timeout(PATIENCE):
            while not (shown := discovery_flows(wired)):
                await change.wait()
                change.clear()
    finally:
        unsubscribe()
    return await flows.async_configure(shown[0]["flow_id"])


def discovery_flows(wired: Wired) -> list[ConfigFlowResult]:
    return [
        flow
        for flow in wired.flow.async_progress()
        if flow["context"]["source"] == SOURCE_INTEGRATION_DISCOVERY
        and flow["context"].get("unique_id") == wired.device.config.uuid
    ]


def assert_form(result: ConfigFlowResult, step: str, **errors: str) -> None:
    assert result["type"] is FlowResultType.FORM, result
    assert (result["step_id"], result["errors"] or {}) == (step, errors)


def assert_abort(result: ConfigFlowResult, reason: str) -> None:
    assert (result["type"], result.get("reason")) == (FlowResultType.ABORT, reason)


def assert_reconfigured(result: ConfigFlowResult) -> None:
    assert_abort(result, "reconfigure_successful")


async def trust_us(wired: Wired) -> None:
    key = await async_get_client_key(wired.hass)
    assert wired.device.trust.add(TrustedKey.from_pem("Home Assistant", key.public_pem))


async def swap_mainboard(wired: Wired) -> None:
    """Give a device another master key, and wait until Home Assistant knows."""
    listener = await async_get_listener(wired.hass)
    updates = Updates(listener, uuid=wired.device.config.uuid)
    await wired.device.swap_master_key(MASTER_KEYS[2])
    await updates.wait(lambda update: update.changed)
    updates.unsubscribe()


def assert_entry(
    result: ConfigFlowResult,
    device: Device,
    *,
    verified: bool = True,
    host: str | None = None,
) -> None:
    """Assert that the flow ended with exactly what an entry keeps of a device."""
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    assert result["title"] == device.name
    assert result["result"].unique_id == device.config.uuid
    assert result["data"] == data_of(device) | {
        "host": host or device.address,
        "verified": verified,
    }
    assert result["result"].state is ConfigEntryState.LOADED


async def assert_trusted(wired: Wired) -> None:
    """Assert that the device keeps our key under our name."""
    key = await async_get_client_key(wired.hass)
    trusted = wired.device.trust.get(key.access_id.hex())
    assert trusted is not None
    assert trusted.label == f"Home Assistant ({wired.hass.config.location_name})"


# -- repairs

type Shown = dict[str, Any]


class Repairs:
    """The page with the repairs, and their dialogs."""

    def __init__(self, browser: Client) -> None:
        self._browser = browser

    async def _post(self, path: str, **data: str) -> Shown:
        answer = await self._browser.post(f"/api/repairs/issues/fix{path}", json=data)
        assert answer.status == HTTPStatus.OK, await answer.text()
        shown: Shown = await answer.json()
        return shown

    async def open(self, issue: ir.IssueEntry) -> Shown:
        return await self._post("", handler=DOMAIN, issue_id=issue.issue_id)

    async def send(self, shown: Shown) -> Shown:
        return await self._post(f"/{shown['flow_id']}")

    async def close(self, shown: Shown) -> None:
        await self._browser.delete(f"/api/repairs/issues/fix/{shown['flow_id']}")


async def look_at_repairs(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> Repairs:
    assert await async_setup_component(hass, "repairs", {})
    # The client freezes the server's routes, and the card needs one.
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: {}})
    # What an integration adds to another is registered in a task of its own.
    await hass.async_block_till_done()
    return Repairs(await hass_client())
