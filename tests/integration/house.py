"""A Home Assistant with a device: what a person sees of it, and does with it."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntriesFlowManager,
    ConfigFlowResult,
)
from homeassistant.const import MATCH_ALL
from homeassistant.core import Context, Event, HomeAssistant, State, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.flux3dp.const import DOMAIN
from simulator import PATIENCE

type MakeEntry = Callable[..., Awaitable[MockConfigEntry]]

# The buttons' names as English makes ids of them.
BUTTONS = {
    "pause": "pause",
    "resume": "resume",
    "cancel": "cancel_job",
    "clear": "clear_finished_job",
}

# Actions that answer nothing.
SILENT = (
    *("pause_job", "resume_job", "cancel_job", "clear_job"),
    "change_password",
    "delete_file",
    "home",
    "remove_trusted_key",
    "stop_loading",
)


# What the ids of the usual device's entities begin with.
SLUG = "delta_in_der_werkstatt"


def entity(platform: str, key: str) -> str:
    return f"{platform}.{SLUG}_{key}"


class House:
    """A Home Assistant with a device, over a wire (`Wired`) or without (`Home`)."""

    hass: HomeAssistant
    entry: Any
    caplog: pytest.LogCaptureFixture
    slug: str = SLUG
    """What the ids of its entities begin with."""

    async def until(
        self, condition: Callable[[], bool], within: float = PATIENCE
    ) -> None:
        raise NotImplementedError

    # -- what is shown

    def look(self, platform: str, key: str) -> State:
        state = self.hass.states.get(f"{platform}.{self.slug}_{key}")
        assert state is not None, f"there is no {platform} {key}"
        return state

    def value(self, key: str, platform: str = "sensor") -> str:
        return self.look(platform, key).state

    @property
    def commands(self) -> set[str]:
        """Which commands apply, as pages and cards are told."""
        return set(self.look("sensor", "status").attributes["commands"])

    async def status_is(self, status: str) -> None:
        """Wait until the device's status is so."""

        def shown() -> str | None:
            state = self.hass.states.get(f"sensor.{self.slug}_status")
            return state and state.state

        try:
            await self.until(lambda: shown() == status)
        except TimeoutError:
            pytest.fail(f"the status is {shown()}, not {status}")

    @property
    def issues(self) -> dict[str, ir.IssueEntry]:
        """The repairs that a person sees, by what they are about."""
        return {
            str(issue.translation_key): issue
            for (domain, _), issue in ir.async_get(self.hass).issues.items()
            if domain == DOMAIN and issue.active
        }

    @property
    def reauths(self) -> list[ConfigFlowResult]:
        """The dialogs that ask for the password of the device again."""
        return list(self.entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}))

    @property
    def log(self) -> list[str]:
        """What the integration told a person."""
        return [
            record.getMessage()
            for record in self.caplog.records
            if record.name == "custom_components.flux3dp"
            and record.levelno >= logging.INFO
        ]

    @property
    def registered(self) -> dr.DeviceEntry:
        """What the device registry has of the device now."""
        registry = dr.async_get(self.hass)
        [device] = dr.async_entries_for_config_entry(registry, self.entry.entry_id)
        return device

    # -- what is done

    async def press(self, command: str) -> None:
        """Press the button of a command, and wait until that is done."""
        await self.hass.services.async_call(
            "button",
            "press",
            {"entity_id": f"button.{self.slug}_{BUTTONS[command]}"},
            blocking=True,
        )

    async def act(
        self, action: str, *, user: MockUser | None = None, **data: Any
    ) -> Any:
        """Call an action on the device, and return its answer."""
        return await self.hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": self.registered.id, **data},
            blocking=True,
            context=Context(user_id=user.id) if user else None,
            return_response=action not in SILENT,
        )

    def begin(self, action: str, **data: Any) -> asyncio.Task[Any]:
        return self.hass.async_create_task(self.act(action, **data))

    def change(self, **changes: Any) -> None:
        """Change what the registry says of the device, as its page does."""
        registry = dr.async_get(self.hass)
        registry.async_update_device(self.registered.id, **changes)

    def put_in_workshop(self) -> dict[str, str]:
        """Put it into an area of a floor, with a label; return the ids of all three."""
        floor = fr.async_get(self.hass).async_create("Cellar")
        areas = ar.async_get(self.hass)
        area = areas.async_create("Workshop", floor_id=floor.floor_id)
        label = lr.async_get(self.hass).async_create("Machines")
        self.change(area_id=area.id, labels={label.label_id})
        ids = {"floor_id": floor.floor_id, "label_id": label.label_id}
        return {"area_id": area.id} | ids

    async def unload(self) -> None:
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)

    async def reload(self) -> None:
        assert await self.hass.config_entries.async_reload(self.entry.entry_id)

    async def remove(self) -> None:
        assert await self.hass.config_entries.async_remove(self.entry.entry_id)

    # -- dialogs

    @property
    def flow(self) -> ConfigEntriesFlowManager:
        return self.hass.config_entries.flow

    async def reconfigure(self, step: str) -> ConfigFlowResult:
        """Choose *Reconfigure* in the menu of the entry, then what is to be changed."""
        context = {"source": SOURCE_RECONFIGURE, "entry_id": self.entry.entry_id}
        result = await self.flow.async_init(DOMAIN, context=context)
        assert result["menu_options"] == ["address", "rename", "wifi", "password"]
        return await self.flow.async_configure(
            result["flow_id"], {"next_step_id": step}
        )

    async def submit(self, result: ConfigFlowResult, **fields: Any) -> ConfigFlowResult:
        """Fill in the form that is shown, and send it."""
        assert result["type"] is FlowResultType.FORM, result
        result = await self.flow.async_configure(result["flow_id"], fields)
        await self.hass.async_block_till_done()
        return result


async def wait_until(
    hass: HomeAssistant, condition: Callable[[], bool], within: float = PATIENCE
) -> None:
    """Wait until something is so, looking whenever Home Assistant fires an event.

    And whenever a device is updated: not each update changes a state.
    """
    fired = asyncio.Event()

    @callback
    def fire(_event: Event) -> None:
        fired.set()

    unsubscribes = [
        hass.bus.async_listen(MATCH_ALL, fire),
        *(
            entry.runtime_data.async_add_listener(fired.set)
            for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        ),
    ]
    try:
        async with asyncio.timeout(within):
            while not condition():
                fired.clear()
                await fired.wait()
    finally:
        for unsubscribe in unsubscribes:
            unsubscribe()


async def wait_for_state(
    hass: HomeAssistant, entity_id: str, state: str, within: float = PATIENCE
) -> None:
    def has_state() -> bool:
        current = hass.states.get(entity_id)
        return current is not None and current.state == state

    try:
        await wait_until(hass, has_state, within)
    except TimeoutError:
        pytest.fail(f"{entity_id} is not {state!r}: {hass.states.get(entity_id)}")
