"""Topics put together by hand, for tests that ask what is in a topic and not who found it."""

from __future__ import annotations

from sqlalchemy import text

from skilltrail.application import Application


def put_topics(application: Application, places: dict[str, list[int]]) -> None:
    """Put exchanges into topics by hand; the first of each is its exemplar."""
    with application._database.write() as session:
        session.execute(text("INSERT INTO area (id, name) VALUES (1, 'Databases'), (2, 'Languages')"))
        for number, (topic, ids) in enumerate(sorted(places.items())):
            session.execute(
                text(
                    "INSERT INTO topic (id, name, name_reason, terms, area_id, colour, created_at)"
                    " VALUES (:id, :name, 'because', '[\"term\"]', :area, :colour, 0)"
                ),
                {"id": topic, "name": topic.upper(), "area": 1 + number % 2, "colour": number},
            )
            for row in ids:
                session.execute(
                    text("INSERT INTO topic_membership VALUES (:row, :topic, 0.5, :exemplar)"),
                    {"row": row, "topic": topic, "exemplar": 0 if row == ids[0] else None},
                )
        session.execute(text("UPDATE meta SET value = value + 1 WHERE name = 'revision'"))
