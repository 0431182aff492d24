"""What is known of a device without asking it."""

import pytest

from custom_components.flux3dp.aioflux.device import (
    DeviceInfo,
    Identity,
    has_extruder,
    has_toolheads,
    supports_tcp_management,
    supports_udp_management,
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


MANAGED = "1.1b1 1.1.0b1 1.1b2.dev1 1.1rc1 1.1 1.1.0 1.1+beam v1.1 1.6.95 1.10 2.0a1 6.1.11 10"
OLDER = (
    "1.0b12 v1.0 1 0.9.9 1.0.99 1.1.dev1 1.1a9 1.1alpha 1.1A1 1.1-a.1 1.1b 1.1b0"
    " 1.1b1.dev1 1.1.0.0b0"
)


def test_firmware_that_is_managed_over_tcp() -> None:
    # A version that cannot be read is no reason to refuse a device.
    for firmware in (*MANAGED.split(), "", "trunk"):
        assert supports_tcp_management(firmware), firmware
    for firmware in OLDER.split():
        assert not supports_tcp_management(firmware), firmware


@pytest.mark.parametrize(
    ("firmware", "is_managed"),
    [
        ("1.0b11", False),
        ("1.0b12", True),
        ("1.0b17", True),
        ("1.0", True),
        ("1.1a9", True),
        ("1.1b1", False),
        ("1.6.95", False),
        ("", False),
    ],
)
def test_firmware_that_is_managed_over_udp(firmware: str, *, is_managed: bool) -> None:
    assert supports_udp_management(firmware) == is_managed


@pytest.mark.parametrize(
    ("model", "extruder", "toolheads"),
    [
        ("delta-1", True, True),
        ("delta-1p", True, True),
        ("ado1", False, True),
        ("fbm2", False, True),
        ("fbm1", False, False),
        ("mozu1", False, False),
        ("new-1", True, True),
    ],
)
def test_what_a_model_takes(model: str, extruder: bool, toolheads: bool) -> None:
    assert (has_extruder(model), has_toolheads(model)) == (extruder, toolheads)
