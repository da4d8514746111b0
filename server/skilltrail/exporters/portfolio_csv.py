"""A portfolio's skills as a CSV table that no spreadsheet takes for formulas: one line for each skill."""

from __future__ import annotations

import csv
import io

from skilltrail.domain.portfolio import PortfolioSkill, SignedPortfolio
from skilltrail.exporters.disclosure import self_recorded
from skilltrail.exporters.exchanges_csv import safe_cell
from skilltrail.exporters.portfolio_words import rule
from skilltrail.i18n import speaking

COLUMNS = (
    "skill", "area", "stage", "stage_rule", "first_on", "last_on", "exchanges", "learning", "episodes", "days",
    "answers_checked", "errors_corrected", "imported", "excerpts", "reflections", "deliverables", "endorsements",
    "note", "counted_entries", "person", "did", "made_on", "statement",
)  # fmt: skip
"""A contract that scripts build on: later columns are added at the end."""


def portfolio_csv(signed: SignedPortfolio) -> str:
    """Return the table, its header in English as everywhere; every cell is quoted."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    with speaking(signed.portfolio.language):
        for skill in signed.portfolio.skills:
            writer.writerow([safe_cell(cell) for cell in _cells(signed, skill)])
    return file.getvalue()


def _cells(signed: SignedPortfolio, skill: PortfolioSkill) -> list[str]:
    portfolio = signed.portfolio
    counts = (
        skill.exchanges,
        skill.learning,
        skill.episodes,
        skill.days,
        skill.checked,
        skill.corrected,
        skill.imported,
    )
    lists = (skill.excerpts, skill.reflections, skill.deliverables, skill.endorsements)
    return [
        skill.name,
        skill.area,
        skill.stage.value if skill.stage else "",
        rule(skill),
        skill.first_on.isoformat(),
        skill.last_on.isoformat(),
        *map(str, counts),
        *(str(len(one)) for one in lists),
        skill.note,
        " ".join(map(str, skill.entries)),
        portfolio.person.name,
        portfolio.person.did,
        portfolio.made_at.date().isoformat(),
        self_recorded(),
    ]
