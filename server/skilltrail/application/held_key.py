"""The key in use, shared by those who close copies with it and those who change it."""

from __future__ import annotations

from skilltrail.platform.keys import DatabaseKey, KeyStore
from skilltrail.services.backups import Boxes, boxes_of


class HeldKey:
    """The key of one open data folder."""

    def __init__(self, store: KeyStore, key: DatabaseKey) -> None:
        self.store = store
        self._key = key

    @property
    def raw(self) -> bytes:
        """The 32 bytes."""
        return self._key.raw

    def location(self) -> str:
        """Return where the key is kept."""
        return self._key.location

    def boxes(self) -> Boxes:
        """Return the key as backups carry it."""
        return boxes_of(self.raw, passphrase=self.store.box(), recovery=self.store.recovery.box())

    def now_is(self, key: DatabaseKey) -> None:
        """Go on with another key, or with another place of it."""
        self._key = key
