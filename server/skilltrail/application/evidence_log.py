"""Use cases of the evidence log: it begins with the folder, grows with what is stored, and signs when it is asked to.

Two heads that do not fit together are never signed. What each log signed last is known outside of the database, and is
written there before a signature leaves this file: whatever is restored, a head that does not extend that one is
refused, and a new log begins whose first entry names it.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Self

from sqlalchemy.orm import Session

from skilltrail.domain.checkpoint import (
    EntryProof,
    Extension,
    TreeHead,
    check_checkpoint,
    write_checkpoint,
    write_extension,
    write_proof,
)
from skilltrail.domain.evidence_log import EvidenceLog, LogReason, LogStanding, OpenedEntry, Shown
from skilltrail.domain.log_leaf import read_leaf
from skilltrail.errors import EvidenceInvalid, NotFound, StorageError
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.platform.log_keys import LogKeys, LogRecord
from skilltrail.platform.signing import HALF_BYTES, SigningKey, is_signed, key_of_halves
from skilltrail.services import evidence_log as services
from skilltrail.storage import log_queries as queries
from skilltrail.storage.database import Database
from skilltrail.storage.export_log_queries import add_export

log = logging.getLogger(__name__)

NAMESPACE = "skilltrail.invalid"
"""Logs are named under a domain that can never exist: nobody is to look for them on the network."""

EXPORT = "evidence-log"
"""What disclosures are called in the record of exports."""

_NAME_BYTES = 8

_TURN = threading.Lock()
"""One for all: after a restore the facade of before may still be at work, and both see the same file."""


class EvidenceLogFacade:
    """The evidence log of one data folder; safe to use from several threads."""

    def __init__(self, *, database: Database, clock: Clock, home: Path) -> None:
        self._database = database
        self._clock = clock
        self._keys = LogKeys(home)

    @classmethod
    def begun(cls, *, database: Database, clock: Clock, home: Path) -> Self:
        """Return the log of a folder that has just been opened, or whose database was replaced."""
        made = cls(database=database, clock=clock, home=home)
        made.begin()
        return made

    def begin(self) -> None:
        """See to it that there is a log that may sign; where the disk is full, the next step does it."""
        try:
            with _TURN:
                self._signable()
        except (StorageError, OSError) as error:
            log.warning("the evidence log waits: %s", type(error).__name__)

    def step(self) -> int:
        """Append some of what is due (what was there before the log began); return how many entries that were."""
        with self._database.read() as session:
            held = queries.open_log(session)
            if held is not None and not queries.due(session, 1) and held.caught_up:
                return 0
        if held is None:
            self.begin()
        with self._database.write() as session:
            return services.catch_up(session, now=self._clock())

    def standing(self) -> LogStanding:
        """Return how the log stands."""
        with _TURN:
            held = self._signable()
        with self._database.read() as session:
            note = queries.last_checkpoint(session, held.id)
            size = 0 if note is None else check_checkpoint(note, held.key(), is_signed).size
            return LogStanding(_now(session, held), queries.count_due(session), note, size)

    def checkpoint(self) -> bytes:
        """Return a signed checkpoint over everything that is stored; the last one if nothing came since."""
        while self.step():
            continue
        with _TURN:
            return self._sign(self._signable())

    def show(self, entry: int, names: Sequence[str] = (), *, everything: bool = False) -> Shown:
        """Show one entry; see ``show_all``."""
        return self.show_all([entry], names, everything=everything)[0]

    def show_all(
        self,
        entries: Sequence[int],
        names: Sequence[str] = (),
        *,
        everything: bool = False,
        admitted: Collection[int] = (),
    ) -> list[Shown]:
        """Show entries, all under one checkpoint: leaf, proof, and disclosures of the fields that are named.

        What is disclosed stands in the record of exports. Of what is a client's nothing is disclosed, unless the client
        is ``admitted``, and nothing of what is left out of exports.

        Raises
        ------
        NotFound
            If there is no such entry, or none that may be shown has a field of such a name.
        """
        checkpoint, found, paths = self._proved(entries, admitted)
        known = {name for one in found for name in one.fields}
        if missing := sorted(set(names) - known):
            raise NotFound(_("The entry has no field {names}.").format(names=", ".join(missing)))
        return self._showing(found, paths, checkpoint, [known if everything else set(names)] * len(found))

    def show_chosen(self, chosen: Mapping[int, Sequence[str]], *, admitted: Collection[int] = ()) -> list[Shown]:
        """Show other fields of each entry, as ``show_all`` does; names that an entry has not are passed over."""
        checkpoint, found, paths = self._proved(list(chosen), admitted)
        return self._showing(found, paths, checkpoint, [set(names) for names in chosen.values()])

    def _proved(
        self, entries: Sequence[int], admitted: Collection[int]
    ) -> tuple[bytes, list[OpenedEntry], list[tuple[bytes, ...]]]:
        checkpoint, held, head = self._checkpointed()
        with self._database.read() as session:
            found = services.opened_all(session, held, entries, admitted)
            return checkpoint, found, [services.inclusion(session, held, entry, head.size) for entry in entries]

    def _showing(
        self,
        found: Sequence[OpenedEntry],
        paths: Sequence[tuple[bytes, ...]],
        checkpoint: bytes,
        wanted: Sequence[set[str]],
    ) -> list[Shown]:
        shown = [
            _shown(one, names, write_proof(EntryProof(one.entry, path, checkpoint)))
            for one, path, names in zip(found, paths, wanted, strict=True)
        ]
        disclosed = [
            one.exchange_id
            for one, names in zip(found, wanted, strict=True)
            if one.exchange_id and names & one.fields.keys()
        ]
        self._record(shown, disclosed)
        return shown

    def _record(self, shown: Sequence[Shown], exchanges: Sequence[int]) -> None:
        """Note what was disclosed, so that forgetting can name it."""
        if not exchanges:
            return
        digest = hashlib.sha256("".join(text for one in shown for text in one.disclosures).encode()).hexdigest()
        made_at, members = self._clock(), sorted(set(exchanges))
        with self._database.write() as session:
            add_export(session, made_at=made_at, format_name=EXPORT, name=EXPORT, sha256=digest, members=members)

    def entry_of(self, exchange_id: int) -> int:
        """Return the number of an exchange's newest entry; raises NotFound."""
        while self.step():
            continue
        with self._database.read() as session:
            held = queries.leaf_of(session, exchange_id)
        if held is None:
            raise NotFound(_("This exchange is not in the evidence log."))
        return held.entry

    def open(self, entry: int, admitted: Collection[int] = ()) -> OpenedEntry:
        """Return what could be shown of an entry; raises NotFound."""
        with self._database.read() as session:
            held = queries.open_log(session)
            if held is None:
                raise NotFound(_("The evidence log has no such entry."))
            return services.opened(session, held, entry, admitted)

    def extension(self, old: bytes) -> bytes:
        """Return the file that shows that the checkpoint of now extends an older one of the same log.

        Raises
        ------
        EvidenceInvalid
            If ``old`` is no checkpoint of this log.
        """
        checkpoint, held, head = self._checkpointed()
        before = check_checkpoint(old, held.key(), is_signed)
        with self._database.read() as session:
            if before.size > head.size or services.head_at(session, held, before.size) != before:
                raise EvidenceInvalid(_("The newer checkpoint does not extend the older one."))
            path = services.consistency(session, held, before.size, head.size)
        return write_extension(Extension(before.size, path, checkpoint))

    def signed_head(self) -> tuple[bytes, EvidenceLog, TreeHead]:
        """Return a checkpoint over everything that is stored, its log and its head."""
        return self._checkpointed()

    # --- signing ----------------------------------------------------------------------------------------------------

    def _checkpointed(self) -> tuple[bytes, EvidenceLog, TreeHead]:
        checkpoint = self.checkpoint()
        with self._database.read() as session:
            held = queries.open_log(session)
        if held is None:
            raise NotFound(_("The evidence log has no such entry."))
        return checkpoint, held, check_checkpoint(checkpoint, held.key(), is_signed)

    def _signable(self) -> EvidenceLog:
        """Return the log that goes on if it may sign, else a new one."""
        with self._database.read() as session:
            held = queries.open_log(session)
            records = self._keys.read()
            reason = self._why_not(session, held, records)
            follows = None if reason is None else self._last_head(session, held, records)
        if held is not None and reason is None:
            return held
        return self._start(reason or LogReason.FIRST, follows)

    def _why_not(self, session: Session, held: EvidenceLog | None, records: dict[str, LogRecord]) -> LogReason | None:
        if held is None:
            return LogReason.RESTORED if any(record.size for record in records.values()) else LogReason.FIRST
        record = records.get(held.origin)
        if record is None or _signer(held, record).public != held.public_key:
            return LogReason.KEY_GONE
        return None if _extends(session, held, record) else LogReason.RESTORED

    def _last_head(self, session: Session, held: EvidenceLog | None, records: dict[str, LogRecord]) -> TreeHead | None:
        """Return the last head that was signed here, as far as it is known."""
        if held is not None and held.origin in records:
            records = {held.origin: records[held.origin]}
        signed = [(origin, record) for origin, record in records.items() if record.size]
        if signed:
            origin, record = signed[-1]
            return TreeHead(origin, record.size, bytes.fromhex(record.root))
        note = None if held is None else queries.last_checkpoint(session, held.id)
        return None if note is None or held is None else check_checkpoint(note, held.key(), is_signed)

    def _start(self, reason: LogReason, follows: TreeHead | None) -> EvidenceLog:
        inner, outer = secrets.token_bytes(HALF_BYTES), secrets.token_bytes(HALF_BYTES)
        public = key_of_halves(inner, outer).public
        origin = f"{NAMESPACE}/{public[:_NAME_BYTES].hex()}"
        # First the file: a log whose key is not kept could never sign.
        self._keys.add(origin, outer)
        with self._database.write() as session:
            return services.start(
                session,
                origin=origin,
                public_key=public,
                half=inner,
                reason=reason,
                follows=follows,
                now=self._clock(),
            )

    def _sign(self, held: EvidenceLog) -> bytes:
        record = self._keys.read()[held.origin]
        with self._database.read() as session:
            held = _now(session, held)
            head = services.head_at(session, held, held.size)
            last = queries.last_checkpoint(session, held.id)
        if last is not None and check_checkpoint(last, held.key(), is_signed) == head:
            return last
        # What is signed is on the disk already, and that it is about to be signed is before anybody can have it.
        self._keys.note_signed(held.origin, size=head.size, root=head.root)
        note = write_checkpoint(head, held.key(), _signer(held, record).sign)
        with self._database.write() as session:
            queries.add_checkpoint(session, held.id, head.size, note, made_at=self._clock())
        return note


def _shown(opened: OpenedEntry, names: Collection[str], proof: bytes) -> Shown:
    chosen = tuple(one for name, one in opened.fields.items() if name in names)
    committed = len(read_leaf(opened.leaf).digests) if opened.leaf is not None else 0
    return Shown(opened.entry, opened.state, opened.leaf, proof, chosen, committed - len(chosen))


def _signer(held: EvidenceLog, record: LogRecord) -> SigningKey:
    return key_of_halves(held.half, bytes.fromhex(record.half))


def _extends(session: Session, held: EvidenceLog, record: LogRecord) -> bool:
    """Tell whether the log of now begins with what it signed last."""
    if record.size == 0:
        return True
    if record.size > held.size:
        return False
    return services.head_at(session, held, record.size).root.hex() == record.root


def _now(session: Session, held: EvidenceLog) -> EvidenceLog:
    return queries.log_named(session, held.origin) or held
