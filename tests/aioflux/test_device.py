"""What is known of a device without asking it."""

import pytest

from custom_components.flux3dp.aioflux.device import supports_tcp_management


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
