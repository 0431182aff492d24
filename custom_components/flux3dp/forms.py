"""The fields that more than one dialog has, and what is meant by what is typed there."""

from urllib.parse import urlsplit

from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

PASSWORD_SELECTOR = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
NEW_PASSWORD_SELECTOR = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="new-password")
)


def host_of(typed: str) -> str:
    """Return the host that a person means, who may have typed a URL or a port too.

    What cannot be understood is returned as it is: it does not resolve.
    """
    typed = typed.strip()
    try:
        host = urlsplit(typed if "//" in typed else f"//{typed}").hostname
    except ValueError:
        return typed
    return host or typed
