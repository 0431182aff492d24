"""Diagnostics tell much of a device, and nothing that should stay at home."""

import base64
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
import hashlib
from ipaddress import ip_address
import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.aioflux import ClientKey
from simulator import Device, Timing, TrustedKey
from tests.integration.conftest import BOTH, wait_for_state
from tests.integration.jobs import put_job
from tests.integration.life import PROGRESS
from tests.integration.wired import Wired
from tests.keys import CLIENT_KEY, MASTER_KEYS, OTHER_CLIENT_KEY, VENDOR_PUBLIC_DER

OCCUPANT = "192.168.77.21"
JOB = "granny's birthday"

# Its job does not wait.
DEVICE = {"password": "correct horse", "timing": replace(Timing.fast(), job_speed=0.0)}

type Download = Callable[[MockConfigEntry], Awaitable[tuple[dict[str, Any], str]]]


@pytest.fixture(autouse=True)
def studio(device: Device) -> None:
    """Have the device trust another program too."""
    studio = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    device.trust.add(TrustedKey.from_pem("Studio of Jane Doe", studio.public_pem))


@pytest.fixture
def download(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Download:
    """Return what a person downloads: what we gave, and the text of all of it."""

    async def get(entry: MockConfigEntry) -> tuple[dict[str, Any], str]:
        assert await async_setup_component(hass, "diagnostics", {})
        # What an integration adds to another is registered in a task of its own.
        await hass.async_block_till_done()
        browser = await hass_client()
        answer = await browser.get(f"/api/diagnostics/config_entry/{entry.entry_id}")
        text = await answer.text()
        assert answer.status == 200, text
        data: dict[str, Any] = json.loads(text)["data"]
        return data, text

    return get


def spellings(secret: str | bytes) -> Iterator[str]:
    """Return every way in which a secret could be written in JSON."""
    if isinstance(secret, bytes):
        yield secret.hex()
        yield secret.hex(":")
        yield base64.b64encode(secret).decode()
        yield base64.urlsafe_b64encode(secret).decode()
        return
    yield secret
    yield json.dumps(secret)[1:-1]
    yield base64.b64encode(secret.encode()).decode()


def secrets(device: Device) -> dict[str, str | bytes]:
    """Return everything the simulator knows that is private."""
    config = device.config
    found: dict[str, str | bytes] = {
        "password": config.password or "",
        "name": device.name,
        "uuid": config.uuid,
        "uuid with dashes": "-".join(
            config.uuid[start:end]
            for start, end in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
        ),
        "uuid bytes": device.uuid_bytes,
        "serial": config.serial,
        "mac": config.mac,
        "mac without colons": config.mac.replace(":", ""),
        "our network": "127.0.",
        "our network, packed": ip_address(device.address).packed,
        "who occupies it": OCCUPANT,
        "job": JOB,
        "master key": device.master_public_der,
        "fingerprint": hashlib.sha256(device.master_public_der).digest(),
        "vendor's signature": device.beacon.identify,
        "session": device.beacon.session,
        "vendor key": VENDOR_PUBLIC_DER,
    }
    for number, pem in enumerate((*MASTER_KEYS, CLIENT_KEY, OTHER_CLIENT_KEY)):
        # A line of its middle: the head is that of every key.
        found[f"private key {number}"] = pem.decode().splitlines()[3]
    for pem in (CLIENT_KEY, OTHER_CLIENT_KEY):
        key = ClientKey.from_pem(pem.decode())
        found[f"public key {key.access_id[:2].hex()}"] = key.public_der
        found[f"access id {key.access_id[:2].hex()}"] = key.access_id
    for trusted in device.trust.values():
        found[f"trusted {trusted.access_id[:4]}"] = trusted.access_id
        found[f"label {trusted.access_id[:4]}"] = trusted.label
    for network in device.networks:
        found[f"ssid {network.ssid}"] = network.ssid
        found[f"bssid {network.ssid}"] = network.bssid
    if device.beacon.slave_key is not None:
        found["slave key"] = device.beacon.slave_key.public_der
    return found


def assert_discreet(device: Device, text: str) -> None:
    """Assert that none of it is in a text, whatever the case."""
    known = secrets(device)
    assert len(known) > 25
    lower = text.lower()
    for what, secret in known.items():
        for spelling in spellings(secret):
            assert len(spelling) > 3, what
            assert spelling.lower() not in lower, what


@BOTH
async def test_what_is_downloaded(
    wired: Wired, entry: MockConfigEntry, device: Device, download: Download
) -> None:
    device.faults.garbage = True
    listener = entry.runtime_data.listener
    while not sum(listener.counters.dropped.values()):
        device.announce()
        await device.wait_for(lambda: True)
        await wired.hass.async_block_till_done()
    device.faults.garbage = False
    await wired.switch_off()
    await wired.switch_on()

    data, text = await download(entry)

    assert data["entry"] == {"model": "delta-1", "verified": True, "options": {}}
    assert data["device"] == {
        "model": "delta-1",
        "firmware": "1.6.95",
        "generation": device.generation,
        "identity": "pinned",
        "has_password": True,
        "master_key_bytes": len(device.master_public_der),
    }
    assert data["last_datagram"]["st_id"] == 0
    assert data["last_datagram"]["occupied"] is False
    assert data["job"]["status"] == "idle"
    assert data["master_key_mismatch"] is False
    assert data["reconnects"] == 1
    assert data["listener"]["received"] > 0
    assert data["listener"]["probes"] > 0
    assert data["listener"]["touches"] > 0
    assert sum(data["listener"]["dropped"].values()) > 0
    assert_discreet(device, text)


async def test_a_job_is_told_without_its_name(
    wired: Wired, entry: MockConfigEntry, device: Device, download: Download
) -> None:
    device.start_job(put_job(device, f"{JOB}.fc"))
    await device.wait_for(lambda: device.job.state.label == "RUNNING")
    device.job.set_progress(0.25)
    await wait_for_state(wired.hass, PROGRESS, "25.0")
    device.job.fault("HEAD_ERROR", "FAN_FAILURE", "128")
    await wired.status_is("paused")
    await wired.until(
        lambda: entry.runtime_data.announced.status.error_label.startswith("HEAD")
    )

    data, text = await download(entry)

    # The job's own, and one that may have asked for the firmware before it.
    assert data["robot"]["connections"] in (1, 2)
    assert data["job"]["error"] == "fan_failure"
    assert data["last_datagram"]["error_label"] == "HEAD_ERROR FAN_FAILURE 128"
    assert_discreet(device, text)


@pytest.mark.parametrize("st_id", [-1, 0], ids=["as it should be", "by mistake"])
async def test_who_occupies_the_device_is_nobodys_business(
    wired: Wired, device: Device, download: Download, st_id: int
) -> None:
    if st_id:
        device.occupy(by=OCCUPANT)
        await wired.status_is("maintenance")
    else:
        device.set_status(error_label=OCCUPANT, head_module="USER/Jane")
        await wait_for_state(
            wired.hass, "binary_sensor.delta_in_der_werkstatt_problem", "on"
        )

    data, text = await download(wired.entry)

    assert data["last_datagram"]["occupied"] is bool(st_id)
    assert "Jane" not in text
    assert_discreet(device, text)


async def test_a_device_that_is_off_or_not_loaded(
    unpaired: Wired, device: Device, download: Download
) -> None:
    await device.power_off()
    entry = await unpaired.set_up()

    data, text = await download(entry)
    assert data["device"] is None
    assert data["last_datagram"] is None
    assert_discreet(device, text)

    await unpaired.unload()
    data, text = await download(entry)
    assert data == {"entry": {"model": "delta-1", "verified": True, "options": {}}}
    assert_discreet(device, text)


async def test_repairs_and_reauthentication_tell_nothing_either(
    wired: Wired, entry: MockConfigEntry, device: Device, download: Download
) -> None:
    device.forget_trust()
    await device.swap_master_key(MASTER_KEYS[1])
    await wired.until(lambda: "master_key_changed" in wired.issues)

    data, text = await download(entry)
    assert data["master_key_mismatch"] is True
    assert_discreet(device, text)

    await device.swap_master_key(device.config.master_key)
    await wired.until(lambda: bool(wired.reauths))
    _, text = await download(entry)
    assert_discreet(device, text)


@pytest.mark.parametrize("leak", ["name", "serial", "fingerprint", "access id"])
async def test_the_search_finds_what_leaks(device: Device, leak: str) -> None:
    """A check that cannot fail would prove nothing."""
    secret = next(
        secret for what, secret in secrets(device).items() if what.startswith(leak)
    )
    for spelling in spellings(secret):
        with pytest.raises(AssertionError, match=leak):
            assert_discreet(device, f'{{"x": "{spelling}"}}')
