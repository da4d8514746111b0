"""A history in which every page and every state of a page has something to show, hostile words among it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from chatgpt_exports import chat, write
from e2e.dashboard_site import a_public_key
from exchanges import NOON, captured, history, items
from skilltrail.application import Application
from skilltrail.domain.capture import LedgerReport, LedgerRow, OutboxState
from skilltrail.domain.checks import Said
from skilltrail.domain.contexts import ContextForm
from skilltrail.domain.corrections import Standing
from skilltrail.domain.entries import Deliverable, Goal, OwnSkill, Reflection
from skilltrail.domain.exchange import Attachment, Citation
from skilltrail.domain.imports import Exclusions
from skilltrail.domain.portfolio import Audience, ExcerptChoice, Selection, SkillChoice
from skilltrail.web.rendering import RENDERED_CHARACTERS
from timelines import HOSTILE

CLAIMS = "An index helps. Version 3.2.1 of the driver removed this in 2021. It costs $40 a month."
SECRET = "sk-proj-" + "a1B2c3D4" * 5
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle"
CLIENTS = {1: " for acme.example", 2: " for Quuxwerk", 3: " for acme.example and Quuxwerk"}
TEXTS = tuple(text for text in HOSTILE if "\ud800" not in text)


def full_history(application: Application) -> None:
    """Fill an empty application; nothing of it depends on the time of day."""
    application.exchanges.capture(items([*_asked(), *_hostile(), _rich(), _long()]))
    application.processing.run_until_done()
    while application.search.step() or application.checks.step():
        continue
    _said(application)
    _written(application)
    _corrected(application)
    _named(application)
    _kept(application)
    _shown(application)
    application.demo.open().processing.run_until_done()


def _asked() -> list:
    """Ninety exchanges on three subjects over five months: questions, orders, and answers worth checking."""
    found = history(90, start=NOON - timedelta(days=150))
    for number, one in enumerate(found):
        order = number % 4 == 0
        client = ("", " for acme.example", " for Quuxwerk", " for acme.example and Quuxwerk")[
            number % 13 if number % 13 < 4 else 0
        ]
        words = "Write an e-mail to the client, 80 words, about" if order else "Why is that so? I don't understand"
        reply = f"{one.reply} {CLAIMS}" if number % 9 == 1 else one.reply
        gone = timedelta(days=40) if number > 60 else timedelta(0)
        found[number] = replace(one, prompt=f"{words} {one.reply}{client}", reply=reply, asked_at=one.asked_at + gone)
    return found


def _hostile() -> list:
    return [
        captured(number, prompt=text, reply=text, title=text, conversation_id=f"x-{number}", model=text[:50])
        for number, text in enumerate(TEXTS, start=1)
    ]


def _rich():
    """The exchange of which every part of its page is there."""
    return captured(
        900,
        conversation_id="rich",
        parent_id=None,
        prompt=f"My key is {SECRET}. {LONG}? " + "\U0001f469\u200d\U0001f680 " * 40,
        reply=f"# Look\n\n> {LONG}\n\n| a | b |\n|---|---|\n| {LONG} | {LONG} |\n\n"
        f"```\n{'x = 1; ' * 60}\n```\n\n{CLAIMS}",
        title=f"{LONG} {TEXTS[0]}",
        attachments=(Attachment(f"{LONG}.pdf", "application/pdf", 3000),),
        citations=(Citation("https://example.org/" + "long/" * 60, LONG),),
        asked_at=NOON + timedelta(days=1),
    )


def _long():
    """An answer that its page shows in parts."""
    text = (f"{TEXTS[0]} {TEXTS[5]} {'word ' * 200}\n\n" * 1200)[: RENDERED_CHARACTERS + 1000]
    return captured(901, conversation_id="long", parent_id=None, reply=text, asked_at=NOON + timedelta(days=2))


def _said(application: Application) -> None:
    """Checks of every result, and one that waits."""
    rows = [item.exchange_id for item in application.checks.queue().items]
    results = (Said.CONFIRMED, Said.CORRECTED, Said.CONTRADICTED, Said.NOT_WORTH, Said.LATER)
    for row, said in zip(rows, results, strict=False):
        words = {"source": f"https://example.org/{LONG}", "note": TEXTS[1]} if said.is_check else {}
        application.checks.say(row, said, **words)


def _written(application: Application) -> None:
    """Reflections, deliverables, own skills and goals."""
    topic = application.trail.topics()[0].id
    row = application.exchanges.shown_of(topic, 1)[0]
    keep = application.entries.keep
    keep(Reflection(f"{TEXTS[2]} {LONG}"), exchange_id=row)
    keep(Reflection(TEXTS[0]), topic_id=topic)
    keep(Deliverable("file", f"{LONG}.svg", sha256="ab" * 32, size=150_000), topic_id=topic)
    keep(Deliverable("url", TEXTS[3], address="https://example.org/" + "long/" * 60), topic_id=topic)
    keep(OwnSkill(TEXTS[4], f"{LONG} {TEXTS[5]}"))
    keep(Goal("Window functions", by=date(2027, 3, 31)), topic_id=topic)
    reached = keep(Goal(f"{LONG} {TEXTS[0]}"))
    application.entries.reached(reached.id)


def _corrected(application: Application) -> None:
    """Topics that the learner named, moved, split and hid."""
    second = application.trail.topics()[1]
    application.corrections.rename(second.id, f"{TEXTS[0]} {LONG}"[:100])
    rows = application.exchanges.shown_of(second.id, 3)
    made = application.corrections.split_off(rows, "A part of it")
    hidden = application.corrections.split_off(application.exchanges.shown_of(second.id, 3), "Not to be seen")
    for standing, change in ((Standing.SHOWN, made), (Standing.HIDDEN, hidden)):
        if change.topic_id:
            application.corrections.set_standing(change.topic_id, standing)


def _named(application: Application) -> None:
    """Clients with projects and an archived one; two of them claim the same exchanges."""
    keep = application.contexts.keep
    first = keep(ContextForm(f"{TEXTS[0]} {LONG}", domains=("acme.example",), words=(f"{LONG}x",)))
    keep(ContextForm("Quuxwerk & Söhne", others=(TEXTS[4],), words=("Quuxwerk",)))
    assert first.context
    keep(ContextForm(TEXTS[2], words=("relaunch",)), client_id=first.context.id)
    archived = keep(ContextForm("An old one"))
    assert archived.context
    application.contexts.set_archived(archived.context.id, archived=True)
    while application.contexts.step():
        continue


def _shown(application: Application) -> None:
    """A portfolio with everything in it, hostile words among it, and findings of the leak scan, one of them allowed."""
    topics = [line.id for line in application.trail.topics()]
    number = application.exchanges.shown_of(topics[0], 1)[0]
    own = application.entries.of_topic(topics[0])
    skill = SkillChoice(
        topics[0],
        note=f"{TEXTS[0]} {LONG} Quuxwerk",
        excerpts=(ExcerptChoice(number, ("prompt.1", "reply.1", "reply.9")),),
        reflections=tuple(one.id for one in own if isinstance(one.value, Reflection)),
        deliverables=tuple(one.id for one in own if isinstance(one.value, Deliverable)),
    )
    saved = application.portfolios.keep(
        Selection(
            title=f"{TEXTS[1]} {LONG}"[:200],
            audience=Audience.JOB_POST,
            person=f"Lena {LONG}",
            headline=TEXTS[5],
            introduction=f"{TEXTS[2]} someone@firm.example",
            recipient=TEXTS[3][:200],
            profiles=("https://example.org/" + "long/" * 60,),
            skills=(skill, SkillChoice(topics[-1]), SkillChoice("t-gone")),
            job_post=f"{TEXTS[0]}\n- SQL and an index\n- Kubernetes and {LONG}",
        )
    )
    application.portfolios.allow(saved.id, application.portfolios.scan(saved.id)[0].digest)


def _kept(application: Application) -> None:
    """An import with what is left out, rules, a backup, a hidden word, an export that was saved, a ledger."""
    home = application.settings.home
    file = write(home.parent / "exports", [chat("a", 3, title=TEXTS[0]), chat("b", 2), 7], f"{LONG}.json")
    application.imports.run([file], account=LONG)
    application.imports.set_exclusions(Exclusions(titles=(TEXTS[0], LONG)))
    application.backups.make()
    application.redactions.add_word("conjugation")
    application.redactions.add_own_data("+49 170 1234567")
    application.data_rights.record(application.exports.file("csv"), "csv")
    _paired(application)


def _paired(application: Application) -> None:
    """A browser that tells of chats it could not save whole."""
    started = application.pairing.start(label=LONG, origin="chrome-extension://" + "b" * 32)
    application.pairing.exchange_keys(started.request_id, secret=started.request_secret, public_key=a_public_key())
    application.pairing.approve(started.request_id)
    rows = tuple(
        LedgerRow("chatgpt", f"{text[:60]}-{number}", stored=1, replies_finished=3, sends_seen=4, updated_at=NOON)
        for number, text in enumerate((LONG, *TEXTS))
    )
    (device,) = application.pairing.devices()
    application.ledger.record(device.id, LedgerReport("ok", OutboxState(waiting=2), rows))


def ids(application: Application) -> dict[str, str]:
    """Return what the addresses of pages are made with."""
    of = {row.conversation_id: row.id for row in application.exchanges.rows()}
    return {
        "topic_id": application.trail.topics()[0].id,
        "demo_topic_id": application.demo.open().trail.topics()[0].id,
        "exchange_id": str(of["rich"]),
        "long_id": str(of["long"]),
        "checked_id": str(application.checks.latest()[0].exchange_id),
        "import_id": str(application.imports.listing()[0].id),
        "backup_name": application.backups.listing()[0].name,
        "word_id": "1",
        "portfolio_id": str(application.portfolios.all()[0].id),
        "client_id": str(next(one.id for one in application.contexts.all().values() if TEXTS[0] in one.form.name)),
    }
