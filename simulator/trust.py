"""The client keys a device trusts (section 4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from .keys import ClientKey


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedKey:
    """A key the device trusts; ``key`` is None for one of which only the name is known."""

    label: str
    access_id: str
    type: str = "U"
    key: ClientKey | None = None

    @classmethod
    def from_pem(cls, label: str, pem: bytes) -> Self:
        """Return an entry for a public key (PEM)."""
        key = ClientKey.from_pem(pem)
        return cls(label=label, access_id=key.access_id, key=key)


class Trust:
    """The keys, in the order they were added."""

    def __init__(self) -> None:
        """Trust nobody."""
        self._keys: dict[str, TrustedKey] = {}

    def __iter__(self) -> Iterator[TrustedKey]:
        """Walk through the keys."""
        return iter(list(self._keys.values()))

    def __len__(self) -> int:
        """Return how many keys are trusted."""
        return len(self._keys)

    def __contains__(self, access_id: str) -> bool:
        """Tell whether the key of this name is trusted."""
        return access_id in self._keys

    def get(self, access_id: str) -> TrustedKey | None:
        """Return the key of this name."""
        return self._keys.get(access_id)

    def add(self, key: TrustedKey) -> bool:
        """Trust a key; False when it is trusted already."""
        if key.access_id in self._keys:
            return False
        self._keys[key.access_id] = key
        return True

    def remove(self, access_id: str) -> bool:
        """Trust a key no more; False when it was not."""
        return self._keys.pop(access_id, None) is not None

    def clear(self) -> None:
        """Forget every key."""
        self._keys.clear()
