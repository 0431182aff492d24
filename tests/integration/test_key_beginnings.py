"""A key is removed by the beginning of its id that a person is shown, not by less."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ClientKey
from simulator import Device, TrustedKey
from tests.integration.life import act
from tests.keys import OTHER_CLIENT_KEY

STUDIO = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())


@pytest.mark.parametrize("length", [1, 4, 7])
async def test_a_device_forgets_no_key_by_less_of_its_id_than_a_person_is_shown(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    client_key: ClientKey,
    length: int,
) -> None:
    device.trust.add(TrustedKey.from_pem("Studio", STUDIO.public_pem))
    beginning = STUDIO.access_id.hex()[:length]
    # No other key is meant.
    assert not client_key.access_id.hex().startswith(beginning)

    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, entry, "remove_trusted_key", key=beginning)

    assert refused.value.translation_key == "invalid_unknown_key"
    assert len(device.trust) == 2
    # That is known before the device is asked.
    assert device.received.connections == []
