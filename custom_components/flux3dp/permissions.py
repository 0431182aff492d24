"""Who may control a device: those who may press its buttons. And who may see its files."""

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.const import Platform
from homeassistant.core import Context, callback
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .coordinator import FluxCoordinator


@callback
def require_control(
    user: User,
    coordinator: FluxCoordinator,
    *,
    button: str = "pause",
    admin: bool = False,
    context: Context | None = None,
) -> None:
    """Raise Unauthorized unless a person may press a button of the device.

    `admin`: what is wanted is for administrators only.
    """
    if user.is_admin:
        return
    entity_id = er.async_get(coordinator.hass).async_get_entity_id(
        Platform.BUTTON, DOMAIN, f"{coordinator.uuid}_{button}"
    )
    may = entity_id and user.permissions.check_entity(entity_id, POLICY_CONTROL)
    if admin or not may:
        raise Unauthorized(
            context=context, entity_id=entity_id, permission=POLICY_CONTROL
        )


@callback
def require_read(user: User, coordinator: FluxCoordinator, context: Context) -> None:
    """Raise Unauthorized unless a person may see the status of the device."""
    entity_id = er.async_get(coordinator.hass).async_get_entity_id(
        Platform.SENSOR, DOMAIN, f"{coordinator.uuid}_status"
    )
    if not (entity_id and user.permissions.check_entity(entity_id, POLICY_READ)):
        raise Unauthorized(context=context, entity_id=entity_id, permission=POLICY_READ)
