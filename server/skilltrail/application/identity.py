"""Use cases of the identity: the key that signs for the learner, its passphrase, and the step to another key."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.identity import EarlierKey, IdentityKey, IdentityReason, IdentityStanding
from skilltrail.domain.portfolio import Portfolio, SignedPortfolio
from skilltrail.errors import NotFound, RequestInvalid, TooLate
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.platform.identity_keys import IdentitySigner, new_identity, opened_identity
from skilltrail.services.portfolio_signing import (
    PageSigner,
    bundle_signer,
    page_signer,
    sign_handover,
    sign_portfolio,
)
from skilltrail.storage import identity_queries as queries
from skilltrail.storage.database import Database

_TURN = threading.RLock()
"""One for all: after a restore the facade of before may still be at work."""


@dataclass(frozen=True, slots=True)
class OpenedIdentity:
    """The key of one export, with the handovers that led to it; a change of the key meanwhile does not concern it."""

    key: IdentitySigner
    rotations: tuple[bytes, ...]

    def sign(self, portfolio: Portfolio, content: bytes) -> SignedPortfolio:
        """Sign a portfolio; raises EvidenceInvalid if it names another key."""
        return sign_portfolio(portfolio, content, self.key, self.rotations)

    def page_signer(self, signed: SignedPortfolio) -> PageSigner:
        """Return what signs the manifest of the page of a portfolio."""
        return page_signer(signed, self.key)

    def bundle_signer(self, signed: SignedPortfolio) -> PageSigner:
        """Return what signs the manifest of a bundle (name → hash of each file)."""
        return bundle_signer(signed, self.key)


class IdentityFacade:
    """The identity of one data folder; safe to use from several threads."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def look(self) -> IdentityStanding | None:
        """Return how the identity stands, or None before its key was made."""
        with self._database.read() as session:
            return _standing(queries.keys(session))

    def standing(self) -> IdentityStanding:
        """Return how the identity stands; makes its key on first need."""
        with _TURN:
            self._current()
            found = self.look()
        if found is None:
            raise NotFound(_("There is no identity key yet."))
        return found

    def opened(self, passphrase: str | None = None) -> OpenedIdentity:
        """Return the key of now, opened once for all that one export signs.

        Raises
        ------
        SecretRefused
            If the key has a passphrase and ``passphrase`` is not it.
        """
        with _TURN:
            held = self._current()
            opened = OpenedIdentity(self._signer(held, passphrase), tuple(self._rotations(held)))
            self._note_used(held)
        return opened

    def sign(self, portfolio: Portfolio, content: bytes, passphrase: str | None = None) -> SignedPortfolio:
        """Sign a portfolio with the key of now; raises as ``opened`` and ``OpenedIdentity.sign`` do."""
        with _TURN:
            held = self._current()
            opened = OpenedIdentity(self._signer(held, passphrase), tuple(self._rotations(held)))
            signed = opened.sign(portfolio, content)
            self._note_used(held)
        return signed

    def page_signer(self, signed: SignedPortfolio, passphrase: str | None = None) -> PageSigner:
        """Return what signs the manifest of the page of a portfolio; raises as ``sign`` does."""
        return page_signer(signed, self._signer(self._current(), passphrase))

    def note_named(self, did: str) -> None:
        """Note that somebody was told of the key: no change to it can be taken back any more.

        Raises
        ------
        TooLate
            If another key is in its place since.
        """
        with _TURN:
            held = self._current()
            if held.did != did:
                raise TooLate(_("The identity key was changed meanwhile; do it again."))
            self._note_used(held)

    def set_passphrase(self, new: str | None, passphrase: str | None = None) -> IdentityStanding:
        """Close the key with a passphrase, with another one, or (None) with none beside that of the history.

        Raises
        ------
        SecretRefused
            If ``passphrase`` is not the one in use, or the new one is too short.
        """
        with _TURN:
            held = self._current()
            sealed = self._signer(held, passphrase).sealed(new)
            with self._database.write() as session:
                queries.seal_anew(session, held.id, sealed, locked=new is not None)
            return self.standing()

    def rotate(
        self,
        passphrase: str | None = None,
        *,
        new_passphrase: str | None = None,
        without: bool = False,
        lost: bool = False,
    ) -> IdentityStanding:
        """Begin another key, which the one of now names as its successor; ``lost``: it cannot, and nobody does.

        ``without``: the new key has no passphrase although the one of now has; nobody opens it unasked.

        Raises
        ------
        SecretRefused
            If ``passphrase`` is not the one in use (and it is not lost), or the new one is too short.
        RequestInvalid
            If the key of now has a passphrase, and of the new one it is not said what closes it, or both is said.
        """
        with _TURN:
            held, made, now = self._current(), new_identity(), self._clock()
            _check_closing(held, new_passphrase, without=without)
            statement = None if lost else sign_handover(self._signer(held, passphrase), made, now)
            reason = IdentityReason.ANEW if lost else IdentityReason.ROTATED
            key = _new_key(made, reason, now, passphrase=new_passphrase, statement=statement)
            with self._database.write() as session:
                queries.end_key(session, held.id, now)
                queries.add_key(session, key)
            return self.standing()

    def undo_rotation(self) -> IdentityStanding:
        """Take the last change of the key back, as long as the new one has signed nothing.

        Raises
        ------
        TooLate
            If it has, or if there is no key of before.
        """
        with _TURN, self._database.write() as session:
            held = queries.keys(session)
            if not _undoable(held):
                raise TooLate(_("The key has signed something since, or there was none before it."))
            queries.remove_key(session, held[-1].id)
            queries.end_key(session, held[-2].id, None)
        return self.standing()

    def _current(self) -> IdentityKey:
        with self._database.read() as session:
            held = queries.current_key(session)
        if held is not None:
            return held
        with _TURN, self._database.write() as session:
            if queries.current_key(session) is None:
                queries.add_key(session, _new_key(new_identity(), IdentityReason.FIRST, self._clock()))
            return _there(session)

    def _signer(self, held: IdentityKey, passphrase: str | None) -> IdentitySigner:
        return opened_identity(held.sealed, passphrase)

    def _rotations(self, held: IdentityKey) -> list[bytes]:
        """Return the statements that lead to a key without a gap, the oldest first."""
        with self._database.read() as session:
            known = [key for key in queries.keys(session) if key.id <= held.id]
        found: list[bytes] = []
        for key in reversed(known):
            if key.statement is None:
                break
            found.insert(0, key.statement)
        return found

    def _note_used(self, held: IdentityKey) -> None:
        if held.used_at is None:
            with self._database.write() as session:
                queries.note_used(session, held.id, self._clock())
                # From here on no change can be taken back, so nobody needs the keys of before any more.
                queries.empty_ended(session)


def _there(session: Session) -> IdentityKey:
    held = queries.current_key(session)
    if held is None:
        raise NotFound(_("There is no identity key yet."))
    return held


def _check_closing(held: IdentityKey, new_passphrase: str | None, *, without: bool) -> None:
    if without and new_passphrase is not None:
        raise RequestInvalid(_("The new key has a passphrase, or has none: say one of the two."))
    if held.locked and new_passphrase is None and not without:
        raise RequestInvalid(
            _("The key has a passphrase: say the one of the new key, too, or that it is to have none.")
        )


def _new_key(
    key: IdentitySigner,
    reason: IdentityReason,
    now: datetime,
    *,
    passphrase: str | None = None,
    statement: bytes | None = None,
) -> IdentityKey:
    sealed, locked = key.sealed(passphrase), passphrase is not None
    return IdentityKey(0, key.did, sealed, locked=locked, made_at=now, reason=reason, statement=statement)


def _undoable(held: list[IdentityKey]) -> bool:
    return len(held) > 1 and held[-1].used_at is None


def _standing(held: list[IdentityKey]) -> IdentityStanding | None:
    now = next((key for key in held if key.ended_at is None), None)
    if now is None:
        return None
    followers = dict(zip((key.id for key in held), held[1:], strict=False))
    earlier = tuple(
        EarlierKey(key.did, key.made_at, key.ended_at, followers[key.id].statement is not None)
        for key in held
        if key.ended_at is not None and key.id in followers
    )
    return IdentityStanding(
        did=now.did,
        made_at=now.made_at,
        reason=now.reason,
        locked=now.locked,
        used=now.used_at is not None,
        undoable=_undoable(held),
        earlier=earlier,
    )
