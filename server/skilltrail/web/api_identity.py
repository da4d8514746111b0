"""Routes of the identity: the key that signs for the learner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skilltrail.application import Application
from skilltrail.domain.identity import IdentityStanding
from skilltrail.web.access import DECIDE, DECIDE_SECRET, READ
from skilltrail.web.keeping_schemas import Passphrase
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing, Strict
from skilltrail.web.space import application, spaces


class IdentityPassphrase(Strict):
    """``passphrase`` is the one in use, if there is one; without a ``new_passphrase`` there is none from then on."""

    passphrase: Passphrase | None = None
    new_passphrase: Passphrase | None = None


class IdentityChange(IdentityPassphrase):
    """``lost``: the key of before cannot be opened any more, so it does not name the new one.

    ``without_passphrase``: the new key has none although the one of before has; one of the two must be said then.
    """

    without_passphrase: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class EarlierIdentity:
    """A key of before; ``handed_over``: it signed a statement that names the next."""

    did: str
    made_at: datetime
    ended_at: datetime
    handed_over: bool


@dataclass(frozen=True, slots=True)
class IdentityAnswer:
    """The identity key: ``did`` is its public address, for others to compare; null before it is made.

    ``locked``: a passphrase opens it. ``used``: it has signed something. ``undoable``: the last change can be undone.
    ``old_backups`` counts those in the data folder that hold a key of before.
    """

    did: str | None
    made_at: datetime | None
    reason: str | None
    locked: bool
    used: bool
    undoable: bool
    earlier: list[EarlierIdentity]
    old_backups: int = 0


def read_identity() -> IdentityAnswer:
    """Show the identity key."""
    app = application()
    return identity_answer(app, app.identity.look())


def make_identity() -> IdentityAnswer:
    """Make the identity key, unless it is there."""
    app = spaces().own
    return identity_answer(app, app.identity.standing())


def set_identity_passphrase(body: IdentityPassphrase) -> IdentityAnswer:
    """Close the identity key with a passphrase, or with none."""
    app = spaces().own
    return identity_answer(app, app.identity.set_passphrase(body.new_passphrase or None, body.passphrase or None))


def rotate_identity(body: IdentityChange) -> IdentityAnswer:
    """Begin another identity key."""
    app, new, without = spaces().own, body.new_passphrase or None, body.without_passphrase
    changed = app.identity.rotate(body.passphrase or None, new_passphrase=new, without=without, lost=body.lost)
    return identity_answer(app, changed)


def undo_identity_rotation() -> IdentityAnswer:
    """Take the last change of the key back."""
    app = spaces().own
    return identity_answer(app, app.identity.undo_rotation())


def drop_earlier_identities() -> IdentityAnswer:
    """Make a new backup, and delete those that hold an identity key of before."""
    app = spaces().own
    app.backups.drop_ended_keys()
    return identity_answer(app, app.identity.look())


def identity_answer(app: Application, standing: IdentityStanding | None) -> IdentityAnswer:
    """Return the identity as the API tells it."""
    if standing is None:
        return IdentityAnswer(None, None, None, locked=False, used=False, undoable=False, earlier=[])
    return IdentityAnswer(
        did=standing.did,
        made_at=standing.made_at,
        reason=standing.reason.value,
        locked=standing.locked,
        used=standing.used,
        undoable=standing.undoable,
        earlier=[
            EarlierIdentity(one.did, one.made_at, one.ended_at, handed_over=one.handed_over) for one in standing.earlier
        ],
        old_backups=len(app.backups.with_ended_keys()),
    )


ROUTES = (
    Route("GET", "/identity", read_identity, READ, "The identity key: what signs for you.", gives=IdentityAnswer),
    Route(
        "POST",
        "/identity",
        make_identity,
        DECIDE,
        "Make the identity key, unless it is there.",
        takes=Nothing,
        gives=IdentityAnswer,
    ),
    Route(
        "PUT",
        "/identity/passphrase",
        set_identity_passphrase,
        DECIDE_SECRET,
        "Close the identity key with a passphrase, or with none.",
        takes=IdentityPassphrase,
        gives=IdentityAnswer,
    ),
    Route(
        "POST",
        "/identity/rotation",
        rotate_identity,
        DECIDE_SECRET,
        "Begin another identity key; the one of before signs that it follows, unless its passphrase is lost.",
        takes=IdentityChange,
        gives=IdentityAnswer,
    ),
    Route(
        "DELETE",
        "/identity/rotation",
        undo_identity_rotation,
        DECIDE,
        "Take the last change of the identity key back, as long as the new one has signed nothing.",
        gives=IdentityAnswer,
    ),
    Route(
        "POST",
        "/identity/backups",
        drop_earlier_identities,
        DECIDE,
        "Make a new backup, and delete those that hold an identity key of before.",
        takes=Nothing,
        gives=IdentityAnswer,
    ),
)
