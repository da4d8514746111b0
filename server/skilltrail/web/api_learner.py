"""Routes of the learner: signing in, devices, the timeline, exports, processing, the invented history."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from skilltrail import __version__
from skilltrail.application.exports import TABLES
from skilltrail.domain.exchange import ExchangeDetail, ExchangePage
from skilltrail.domain.timeline import Progress, Timeline, TopicDetail
from skilltrail.i18n import LANGUAGES
from skilltrail.web import answers
from skilltrail.web.access import CLI_ONLY, DASHBOARD_ONLY, DECIDE, READ, SIGN_IN
from skilltrail.web.routes import Route
from skilltrail.web.schemas import (
    AutostartWish,
    ExportQuery,
    LanguageWish,
    Nothing,
    PageQuery,
    PartQuery,
    SignIn,
)
from skilltrail.web.security import bearer_token
from skilltrail.web.space import application, in_demo, spaces

# --- signing in, devices ------------------------------------------------------------------------------------------


def mint_launch_key() -> answers.LaunchKeyAnswer:
    """Make a sign-in link."""
    here = spaces()
    link = here.own.sessions.mint_launch_key()
    return answers.LaunchKeyAnswer(key=link.key, url=launch_url(here.port, link.key), expires_at=link.expires_at)


def launch_url(port: int, key: str) -> str:
    """Return the sign-in link of a one-use key; browsers never send the fragment."""
    return f"http://127.0.0.1:{port}/#k={key}"


def open_session(body: SignIn) -> answers.SessionAnswer:
    """Change a one-use key for a session."""
    opened = spaces().own.sessions.exchange_launch_key(body.key)
    return answers.SessionAnswer(token=opened.token, expires_at=opened.expires_at)


def lock_session() -> Response:
    """End this session."""
    spaces().own.sessions.lock(bearer_token() or "")
    return Response(status=204)


def list_pairings() -> answers.PairingList:
    """Show the extensions that wait."""
    return answers.PairingList(pairings=list(spaces().own.pairing.pending()))


def approve_pairing(request_id: str) -> answers.Done:
    """Connect an extension."""
    spaces().own.pairing.approve(request_id)
    return answers.Done()


def reject_pairing(request_id: str) -> answers.Done:
    """Turn an extension away."""
    spaces().own.pairing.reject(request_id)
    return answers.Done()


def list_devices() -> answers.DeviceList:
    """Show the connected extensions."""
    return answers.DeviceList(devices=list(spaces().own.pairing.devices()))


def revoke_device(device_id: str) -> Response:
    """Disconnect an extension at once."""
    spaces().own.pairing.revoke(device_id)
    return Response(status=204)


# --- reading --------------------------------------------------------------------------------------------------------


def read_status() -> answers.StatusAnswer:
    """Say how this server and its history are."""
    own = application()
    return answers.StatusAnswer(
        version=__version__, port=spaces().port, instance_id=own.instance_id, home=own.trail.home()
    )


def read_revision() -> answers.RevisionAnswer:
    """Return a number that grows with every change."""
    return answers.RevisionAnswer(revision=application().trail.revision())


def read_timeline(query: PartQuery) -> Timeline:
    """Show topics over time."""
    return application().trail.timeline(query.part())


def list_topics() -> answers.TopicList:
    """Show all topics."""
    return answers.TopicList(topics=list(application().trail.topics()))


def read_topic(topic_id: str) -> TopicDetail:
    """Show one topic with its exemplars."""
    return application().trail.topic(topic_id)


def list_exchanges(query: PageQuery) -> ExchangePage:
    """Show a page of exchanges."""
    return application().exchanges.page(query.topic, query.cursor, query.limit)


def read_exchange(exchange_id: int) -> ExchangeDetail:
    """Show one exchange with its texts."""
    return application().exchanges.get(exchange_id)


def export(query: ExportQuery) -> Response:
    """Write the timeline, or the table of exchanges, as a file."""
    exports = application().exports
    if query.format in TABLES:
        file = exports.table(query.format, query.admitted())
    else:
        file = exports.timeline(
            query.format, query.part(), show_personal=query.personal == "shown", admitted=query.admitted()
        )
    if not in_demo():
        application().data_rights.record(file, query.format)
    answer = Response(file.data, content_type=file.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{quote(file.name)}"'
    return answer


# --- work -----------------------------------------------------------------------------------------------------------


def start_processing() -> Progress:
    """Ask for everything that waits to be embedded and grouped now."""
    own = spaces().own
    own.processing.ask_for_topics()
    spaces().worker.wake()
    return own.processing.progress()


def read_processing() -> Progress:
    """Say how far processing is."""
    return application().processing.progress()


def read_language() -> answers.LanguageAnswer:
    """Say which language was chosen, and which there are."""
    return answers.LanguageAnswer(chosen=spaces().own.language.chosen(), known=dict(LANGUAGES))


def choose_language(body: LanguageWish) -> answers.LanguageAnswer:
    """Speak another language."""
    spaces().own.language.choose(body.language)
    return read_language()


def read_autostart() -> answers.AutostartAnswer:
    """Say whether Skilltrail starts at sign-in."""
    from skilltrail.platform.autostart import autostart

    return answers.AutostartAnswer(on=autostart(home=spaces().own.settings.home).is_on())


def change_autostart(body: AutostartWish) -> answers.AutostartAnswer:
    """Start at sign-in, or no longer."""
    from skilltrail.platform.autostart import autostart

    entry = autostart(home=spaces().own.settings.home)
    if body.on:
        entry.turn_on()
    else:
        entry.turn_off()
    return answers.AutostartAnswer(on=entry.is_on())


def make_demo() -> answers.DemoAnswer:
    """Make the invented history, if it is not there."""
    here = spaces()
    demo = here.own.demo.open()
    here.worker.wake()
    return answers.DemoAnswer(exchanges=demo.trail.home().exchanges)


def delete_demo() -> Response:
    """Delete the invented history."""
    here = spaces()
    here.own.demo.delete()
    return Response(status=204)


_EXPORT_TYPES = (
    "text/markdown",
    "application/json",
    "text/html",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)

ROUTES = (
    Route(
        "POST",
        "/launch-keys",
        mint_launch_key,
        CLI_ONLY,
        "Make a sign-in link: good once, for 10 minutes.",
        takes=Nothing,
        gives=answers.LaunchKeyAnswer,
        status=201,
    ),
    Route(
        "POST",
        "/sessions",
        open_session,
        SIGN_IN,
        "Change a one-use key for a session of 90 days.",
        takes=SignIn,
        gives=answers.SessionAnswer,
        status=201,
    ),
    Route("DELETE", "/sessions", lock_session, DASHBOARD_ONLY, "Lock: end this session.", status=204),
    Route("GET", "/pairings", list_pairings, DECIDE, "Extensions that wait.", gives=answers.PairingList),
    Route(
        "POST",
        "/pairings/<request_id>/approve",
        approve_pairing,
        DECIDE,
        "Connect the extension that shows the same digits.",
        takes=Nothing,
        gives=answers.Done,
    ),
    Route(
        "POST",
        "/pairings/<request_id>/reject",
        reject_pairing,
        DECIDE,
        "Turn an extension away.",
        takes=Nothing,
        gives=answers.Done,
    ),
    Route("GET", "/devices", list_devices, DECIDE, "Connected extensions.", gives=answers.DeviceList),
    Route("DELETE", "/devices/<device_id>", revoke_device, DECIDE, "Disconnect an extension at once.", status=204),
    Route("GET", "/status", read_status, READ, "How this server and its history are.", gives=answers.StatusAnswer),
    Route("GET", "/revision", read_revision, READ, "Grows with every change.", gives=answers.RevisionAnswer),
    Route("GET", "/timeline", read_timeline, READ, "Topics over time.", query=PartQuery, gives=Timeline),
    Route("GET", "/topics", list_topics, READ, "All topics.", gives=answers.TopicList),
    Route("GET", "/topics/<topic_id>", read_topic, READ, "One topic with its exemplars.", gives=TopicDetail),
    Route("GET", "/exchanges", list_exchanges, READ, "A page of exchanges.", query=PageQuery, gives=ExchangePage),
    Route(
        "GET",
        "/exchanges/<int:exchange_id>",
        read_exchange,
        READ,
        "One exchange with its texts.",
        gives=ExchangeDetail,
    ),
    Route(
        "GET",
        "/exports",
        export,
        READ,
        "The timeline, or the table of exchanges (csv), as a file.",
        query=ExportQuery,
        media_types=_EXPORT_TYPES,
    ),
    Route(
        "POST",
        "/process",
        start_processing,
        DECIDE,
        "Embed and group what waits, now.",
        takes=Nothing,
        gives=Progress,
    ),
    Route("GET", "/process", read_processing, READ, "How far processing is.", gives=Progress),
    Route(
        "GET",
        "/language",
        read_language,
        DECIDE,
        "The language of words, and which there are.",
        gives=answers.LanguageAnswer,
    ),
    Route(
        "PUT",
        "/language",
        choose_language,
        DECIDE,
        "Speak another language; auto leaves it to the browser.",
        takes=LanguageWish,
        gives=answers.LanguageAnswer,
    ),
    Route("GET", "/autostart", read_autostart, DECIDE, "Start at sign-in?", gives=answers.AutostartAnswer),
    Route(
        "PUT",
        "/autostart",
        change_autostart,
        DECIDE,
        "Start at sign-in, or no longer.",
        takes=AutostartWish,
        gives=answers.AutostartAnswer,
    ),
    Route(
        "POST",
        "/demo",
        make_demo,
        DECIDE,
        "Make the invented freelancer's history, kept apart.",
        takes=Nothing,
        gives=answers.DemoAnswer,
        status=201,
    ),
    Route("DELETE", "/demo", delete_demo, DECIDE, "Delete the invented history.", status=204),
)
