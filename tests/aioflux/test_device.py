"""What is known of a device without asking it."""

import pytest

from custom_components.flux3dp.aioflux.device import (
    DeviceInfo,
    Identity,
    supports_tcp_management,
)


@pytest.mark.parametrize(
    ("name", "model", "shown"),
    [
        (" Attic ", "fbm1", "Attic"),
        ("", "fbm1", "beamo"),
        ("  \u3000", "fbm1", "beamo"),
        ("\u200b", "new-1", "new-1"),
        (" ", " ", "FLUX"),
    ],
)
def test_a_name_that_shows_nothing_is_the_models(
    name: str, model: str, shown: str
) -> None:
    device = DeviceInfo(
        uuid="00" * 16,
        serial="",
        name=name,
        model=model,
        firmware="",
        has_password=False,
        host="127.0.0.1",
        version=1,
        master_key=b"",
        identity=Identity.UNVERIFIED,
    )
    assert device.display_name == shown


@pytest.mark.parametrize(
    "firmware",
    [
        "1.1b1",
        "1.1.0b1",
        "1.1b2.dev1",
        "1.1rc1",
        "1.1",
        "1.1.0",
        "1.1+beam",
        "v1.1",
        "1.6.95",
        "1.10",
        "2.0a1",
        "6.1.11",
        "10",
        # Nobody can tell: refusing these for their spelling would help nobody.
        "",
        "trunk",
    ],
)
def test_firmware_that_is_managed_over_tcp(firmware: str) -> None:
    assert supports_tcp_management(firmware)


@pytest.mark.parametrize(
    "firmware",
    [
        "1.0b12",
        "v1.0",
        "1",
        "0.9.9",
        "1.0.99",
        "1.1.dev1",
        "1.1a9",
        "1.1alpha",
        "1.1A1",
        "1.1-a.1",
        "1.1b",
        "1.1b0",
        "1.1b1.dev1",
        "1.1.0.0b0",
    ],
)
def test_firmware_that_is_older(firmware: str) -> None:
    assert not supports_tcp_management(firmware)
