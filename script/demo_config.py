"""A Home Assistant configuration folder that needs no onboarding.

Knows what script/run wants of Home Assistant: one user, a home with a name, the loopback
interface enabled, an address to serve on. It says so through Home Assistant's own classes,
so that no format of a stored file is repeated here. Leaves starting it to demo.py.
"""

from collections.abc import Iterable
import json
from pathlib import Path

from homeassistant.auth import auth_manager_from_config
from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.auth.providers.homeassistant import HassAuthProvider
from homeassistant.components.http.config import (
    HTTP_STORAGE_SCHEMA,
    HTTPConfigStore,
)
from homeassistant.components.http.const import CONF_SERVER_HOST, CONF_SERVER_PORT
from homeassistant.components.network.const import ATTR_CONFIGURED_ADAPTERS
from homeassistant.components.network.network import Network
from homeassistant.components.onboarding import (
    STORAGE_KEY as ONBOARDING_KEY,
    STORAGE_VERSION as ONBOARDING_VERSION,
    OnboardingStorage,
    OnboardingStoreData,
)
from homeassistant.components.onboarding.const import STEPS
from homeassistant.config_entries import ConfigEntries
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

USERNAME = "demo"
PASSWORD = "flux3dp"  # noqa: S105 - printed, for a Home Assistant on the loopback

HOME = {
    "location_name": "FLUX workshop",
    "country": "TW",
    "currency": "TWD",
    "language": "en",
    "time_zone": "Asia/Taipei",
    "unit_system": "metric",
    "latitude": 25.0339,
    "longitude": 121.5645,
    "elevation": 10,
}

CONFIGURATION = """\
# Written by script/run at every start.
automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml
input_boolean:
  smoke_alarm:
    name: Smoke alarm
    icon: mdi:smoke-detector-variant
frontend:
config:
history:
logbook:
lovelace:
  dashboards:
    flux-demo:
      mode: yaml
      title: FLUX demo
      icon: mdi:printer-3d
      filename: {dashboard}
flux3dp_demo:
  control: {control}
  dashboard: {dashboard}
my:
recorder:
  commit_interval: 1
logger:
  default: warning
  logs:
    custom_components.flux3dp: info
    # Programs that Home Assistant looks for, this host may lack, and no FLUX device needs.
    haffmpeg: critical
    homeassistant.components.ffmpeg: critical
    homeassistant.components.camera.img_util: critical
    aiohttp_fast_zlib: error
"""
# What the editors of automations, scripts and scenes save to.
EDITED = ("automations.yaml", "scripts.yaml", "scenes.yaml")

DASHBOARD = "flux-demo.yaml"

DISCOVERY = """
# Discovery from the start, before there is a first device.
flux3dp:
"""


def write_configuration(
    folder: Path, integrations: Iterable[Path], control: Path, *, discovery: bool
) -> None:
    """Write configuration.yaml to ``folder`` and link the integrations into it.

    ``control`` is the simulator's socket, ``discovery`` adds the bare ``flux3dp:`` key. What a
    person saved in there stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # JSON strings are YAML strings, whatever is in a path.
    text = CONFIGURATION.format(
        control=json.dumps(str(control)), dashboard=json.dumps(DASHBOARD)
    )
    text += DISCOVERY if discovery else ""
    (folder / "configuration.yaml").write_text(text, encoding="utf-8")
    for name in (*EDITED, DASHBOARD):
        (folder / name).touch()
    custom = folder / "custom_components"
    if custom.is_symlink():  # As an older script/run left it.
        custom.unlink()
    custom.mkdir(exist_ok=True)
    for integration in integrations:
        link = custom / integration.name
        link.unlink(missing_ok=True)
        link.symlink_to(integration, target_is_directory=True)


async def prepare(folder: Path, host: str, port: int) -> list[str]:
    """Store in ``folder`` what onboarding would ask, and where to serve.

    Can be repeated: the user and the rest of what a person did in there stay. Return the names
    of the devices that are set up.
    """
    hass = HomeAssistant(str(folder))
    hass.config_entries = ConfigEntries(hass, {})
    await hass.config_entries.async_initialize()
    dr.async_setup(hass)
    await dr.async_load(hass)
    await er.async_load(hass)
    hass.auth = await auth_manager_from_config(hass, [{"type": "homeassistant"}], [])

    if not await hass.auth.async_get_users():
        await _add_user(hass)
        await hass.config.async_update(**HOME)
        onboarding = OnboardingStorage(
            hass, ONBOARDING_VERSION, ONBOARDING_KEY, private=True
        )
        await onboarding.async_save(OnboardingStoreData(done=list(STEPS)))

    # Home Assistant leaves the loopback out by default; the devices are there.
    network = Network(hass)
    await network.async_setup()
    await network.async_reconfig({ATTR_CONFIGURED_ADAPTERS: ["lo"]})

    # What is pending is reverted after a while; what was promoted stays.
    http = HTTPConfigStore(hass)
    await http.async_set_pending(
        HTTP_STORAGE_SCHEMA({CONF_SERVER_HOST: [host], CONF_SERVER_PORT: port})
    )
    if http.pending is not None:
        await http.async_promote_pending()
    await http.async_mark_yaml_migration_done()

    names = [entry.title for entry in hass.config_entries.async_entries("flux3dp")]
    await hass.async_stop(force=True)  # Writes what is stored with a delay.
    return names


async def _add_user(hass: HomeAssistant) -> None:
    provider = hass.auth.auth_providers[0]
    if not isinstance(provider, HassAuthProvider):
        raise TypeError("Home Assistant's own auth provider is not the first one")
    await provider.async_initialize()
    await provider.async_add_auth(USERNAME, PASSWORD)
    user = await hass.auth.async_create_user(
        USERNAME.capitalize(), group_ids=[GROUP_ID_ADMIN]
    )
    credentials = await provider.async_get_or_create_credentials({"username": USERNAME})
    await hass.auth.async_link_user(user, credentials)
