"""Who may control a device: those who may press its buttons. And who may see it."""

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.const import Platform
from homeassistant.core import Context
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .coordinator import FluxCoordinator


async def async_require_control(
    coordinator: FluxCoordinator, context: Context, button: str, *, admin: bool = False
) -> None:
    """Raise Unauthorized unless the user may press a button of the device.

    `admin`: only administrators may.
    """
    await _async_require(
        coordinator, context, Platform.BUTTON, button, POLICY_CONTROL, admin=admin
    )


async def async_require_read(coordinator: FluxCoordinator, context: Context) -> None:
    """Raise Unauthorized unless the user may see the status of the device."""
    await _async_require(coordinator, context, Platform.SENSOR, "status", POLICY_READ)


async def _async_require(
    coordinator: FluxCoordinator,
    context: Context,
    platform: Platform,
    key: str,
    policy: str,
    *,
    admin: bool = False,
) -> None:
    if context.user_id is None:
        return  # Home Assistant itself.
    user = await coordinator.hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context)
    if user.is_admin:
        return
    entity_id = er.async_get(coordinator.hass).async_get_entity_id(
        platform, DOMAIN, f"{coordinator.uuid}_{key}"
    )
    if (
        admin
        or entity_id is None
        or not user.permissions.check_entity(entity_id, policy)
    ):
        raise Unauthorized(context=context, entity_id=entity_id, permission=policy)
