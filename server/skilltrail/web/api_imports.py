"""Routes of imports: files named by the command line or handed over in pieces, looked at, imported, undone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Response, request

from skilltrail.domain.forget import ForgetWish
from skilltrail.domain.imports import Exclusions, UndoOutcome
from skilltrail.web import answers
from skilltrail.web.access import CAPTURE_BYTES, CLI_ONLY, DASHBOARD_BYTES, DASHBOARD_LARGE, DASHBOARD_ONLY, DECIDE
from skilltrail.web.api_forget import answer_of
from skilltrail.web.import_schemas import (
    ExclusionsIn,
    ImportAnswer,
    ImportLine,
    ImportList,
    ImportPaths,
    ImportStarted,
    PieceAnswer,
    PieceQuery,
    PreviewAnswer,
    SkippedList,
    UploadAnswer,
    UploadFiles,
    UploadWish,
)
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing
from skilltrail.web.space import spaces

# --- named by path --------------------------------------------------------------------------------------------------


def run_import(body: ImportPaths) -> ImportAnswer:
    """Import files that the command line names, and answer when all is done."""
    return ImportAnswer.of(spaces().own.imports.run(body.paths, account=body.account, only=body.only))


def start_import(body: ImportPaths) -> ImportStarted:
    """Begin to import files that the command line names."""
    paths = [Path(path) for path in body.paths]
    return ImportStarted(spaces().own.imports.start(paths, account=body.account, only=body.only))


def preview_import(body: ImportPaths) -> PreviewAnswer:
    """Say what files that the command line names hold."""
    return PreviewAnswer(spaces().own.uploads.look_at([Path(path) for path in body.paths], account=body.account))


# --- imports --------------------------------------------------------------------------------------------------------


def list_imports() -> ImportList:
    """Show all imports."""
    return ImportList([ImportLine.of(record) for record in spaces().own.imports.listing()])


def read_import(import_id: int) -> ImportAnswer:
    """Show an import with its account, and how far it is."""
    imports = spaces().own.imports
    return ImportAnswer.of(imports.report(import_id), imports.progress(import_id))


def list_skipped(import_id: int) -> SkippedList:
    """Show what an import skipped."""
    imports = spaces().own.imports
    imports.get(import_id)
    return SkippedList(list(imports.skipped(import_id)))


def cancel_import(import_id: int) -> answers.Done:
    """End an import early; what is stored stays."""
    spaces().own.imports.cancel(import_id)
    return answers.Done()


def resume_import(import_id: int) -> ImportStarted:
    """Go on with an import that was cut off or cancelled."""
    spaces().own.imports.start_resuming(import_id)
    return ImportStarted(import_id)


def plan_undo(import_id: int) -> UndoOutcome:
    """Say what undoing an import would do."""
    return spaces().own.imports.undo_plan(import_id)


def undo_import(import_id: int) -> answers.ForgetAnswer:
    """Undo an import: what it alone brought goes, and may be imported again."""
    asked = spaces().own.forgetting.ask(ForgetWish(import_id=import_id), wait=timedelta())
    return answer_of(asked)


# --- handed over in pieces ------------------------------------------------------------------------------------------


def begin_upload(body: UploadFiles) -> UploadAnswer:
    """Make room for files; an upload that was not imported makes way."""
    return UploadAnswer(spaces().own.uploads.begin([(file.name, file.size) for file in body.files]), CAPTURE_BYTES)


def put_piece(upload_id: str, number: int, query: PieceQuery) -> PieceAnswer:
    """Take a piece of a file."""
    # The gate bounds it, so that nothing larger than a piece is ever held.
    data = request.get_data(cache=False)
    return PieceAnswer(spaces().own.uploads.put(upload_id, number, query.offset, data))


def read_upload(upload_id: str) -> UploadAnswer:
    """Say how far an upload is, and what it holds."""
    return UploadAnswer(spaces().own.uploads.get(upload_id), CAPTURE_BYTES)


def look_at_upload(upload_id: str) -> UploadAnswer:
    """Begin to look at an upload; nothing is stored."""
    return UploadAnswer(spaces().own.uploads.look(upload_id), CAPTURE_BYTES)


def import_upload(upload_id: str, body: UploadWish) -> ImportStarted:
    """Import an upload that was looked at."""
    return ImportStarted(spaces().own.uploads.start(upload_id, account=body.account, only=body.only))


def drop_upload(upload_id: str) -> Response:
    """Remove an upload."""
    spaces().own.uploads.drop(upload_id)
    return Response(status=204)


# --- what stays out -------------------------------------------------------------------------------------------------


def read_exclusions() -> Exclusions:
    """Show which chats imports leave out."""
    return spaces().own.imports.exclusions()


def set_exclusions(body: ExclusionsIn) -> Exclusions:
    """Leave these chats out of imports from now on."""
    rules = body.rules()
    spaces().own.imports.set_exclusions(rules)
    return rules


ROUTES = (
    Route(
        "POST",
        "/imports",
        run_import,
        CLI_ONLY,
        "Import files on this computer; answers when all is done.",
        takes=ImportPaths,
        gives=ImportAnswer,
    ),
    Route(
        "POST",
        "/imports/start",
        start_import,
        CLI_ONLY,
        "Begin to import files on this computer.",
        takes=ImportPaths,
        gives=ImportStarted,
        status=202,
    ),
    Route(
        "POST",
        "/imports/preview",
        preview_import,
        CLI_ONLY,
        "What files on this computer hold; nothing is stored.",
        takes=ImportPaths,
        gives=PreviewAnswer,
    ),
    Route("GET", "/imports", list_imports, DECIDE, "All imports.", gives=ImportList),
    Route(
        "GET",
        "/imports/<int:import_id>",
        read_import,
        DECIDE,
        "An import with its account, and how far it is.",
        gives=ImportAnswer,
    ),
    Route(
        "GET",
        "/imports/<int:import_id>/skipped",
        list_skipped,
        DECIDE,
        "What an import skipped: place, id and reason, never a text.",
        gives=SkippedList,
    ),
    Route(
        "POST",
        "/imports/<int:import_id>/cancel",
        cancel_import,
        DECIDE,
        "End an import early; what is stored stays.",
        takes=Nothing,
        gives=answers.Done,
    ),
    Route(
        "POST",
        "/imports/<int:import_id>/resume",
        resume_import,
        DECIDE,
        "Go on with an import that was cut off or cancelled.",
        takes=Nothing,
        gives=ImportStarted,
        status=202,
    ),
    Route(
        "GET",
        "/imports/<int:import_id>/undo",
        plan_undo,
        DECIDE,
        "What undoing an import would do; nothing changes.",
        gives=UndoOutcome,
    ),
    Route(
        "POST",
        "/imports/<int:import_id>/undo",
        undo_import,
        DECIDE,
        "Undo an import; it may be imported again.",
        takes=Nothing,
        gives=answers.ForgetAnswer,
        status=202,
    ),
    Route(
        "POST",
        "/uploads",
        begin_upload,
        DASHBOARD_LARGE,
        "Make room for files that are to be imported.",
        takes=UploadFiles,
        gives=UploadAnswer,
        status=201,
    ),
    Route(
        "PUT",
        "/uploads/<upload_id>/files/<int:number>",
        put_piece,
        DASHBOARD_BYTES,
        "A piece of a file (application/octet-stream); the answer says how much is there.",
        query=PieceQuery,
        gives=PieceAnswer,
    ),
    Route("GET", "/uploads/<upload_id>", read_upload, DASHBOARD_ONLY, "How far an upload is.", gives=UploadAnswer),
    Route(
        "POST",
        "/uploads/<upload_id>/look",
        look_at_upload,
        DASHBOARD_ONLY,
        "Look at an upload that is whole; nothing is stored.",
        takes=Nothing,
        gives=UploadAnswer,
        status=202,
    ),
    Route(
        "POST",
        "/uploads/<upload_id>/import",
        import_upload,
        DASHBOARD_LARGE,
        "Import an upload that was looked at.",
        takes=UploadWish,
        gives=ImportStarted,
        status=202,
    ),
    Route("DELETE", "/uploads/<upload_id>", drop_upload, DASHBOARD_ONLY, "Remove an upload.", status=204),
    Route("GET", "/import-exclusions", read_exclusions, DECIDE, "Which chats imports leave out.", gives=Exclusions),
    Route(
        "PUT",
        "/import-exclusions",
        set_exclusions,
        DECIDE,
        "Leave chats out of imports from now on.",
        takes=ExclusionsIn,
        gives=Exclusions,
    ),
)
