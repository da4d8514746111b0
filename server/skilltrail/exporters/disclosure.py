"""What every timeline export says about itself, and its entries by topic."""

from __future__ import annotations

from collections.abc import Sequence

from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.timeline import ExportEntry, TimelineExport, TopicLine
from skilltrail.i18n import _


def self_recorded() -> str:
    """Say what the export is, in the words that stand on every one."""
    return _("Self-recorded by the learner, not independently assessed.")


def withheld() -> str:
    """Say what the export leaves out."""
    return _("Questions are shortened to their beginning. Answers are not included.")


def edited(entry: ExportEntry) -> str:
    """Return what stands behind a question in which personal data was masked, else nothing."""
    return _("edited, not checkable") if entry.masked else ""


def aligned(concept: PublishedConcept) -> str:
    """Say that the learner aligned a topic with a concept."""
    words = _("Aligned by the learner with {framework}: “{label}”")
    return words.format(framework=concept.framework_name, label=concept.label)


def notices(export: TimelineExport) -> tuple[str, ...]:
    """Return what the publishers of the frameworks ask to be said where their concepts stand."""
    used = {concept.framework for topic in export.timeline.topics for concept in topic.alignments}
    return tuple(words for framework, words in framework_notices().items() if framework in used)


def framework_notices(where: str = "publication") -> dict[str, str]:
    """Return each framework's notice; ESCO and O*NET prescribe these words, so they are not translated.

    ``where``: "publication" for a file, "service" for a page.
    """
    return {
        "esco": f"This {where} uses the ESCO classification of the European Commission, in an adapted version.",
        "onet": (
            f"This {where} includes information from the O*NET® 29.2 Database by the U.S. Department of Labor, "
            "Employment and Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a "
            "trademark of USDOL/ETA. Skilltrail has modified all or some of this information. USDOL/ETA has not "
            "approved, endorsed, or tested these modifications."
        ),
    }


def by_topic(export: TimelineExport) -> list[tuple[TopicLine, list[ExportEntry]]]:
    """Return the topics in the timeline's order, each with its entries, oldest first."""
    entries = _grouped(export.entries)
    return [(topic, entries.get(topic.id, [])) for topic in export.timeline.topics]


def without_topic(export: TimelineExport) -> list[ExportEntry]:
    """Return the entries that stand in none of the export's topics, oldest first."""
    known = {topic.id for topic in export.timeline.topics}
    rest = [entry for entry in export.entries if entry.topic_id not in known]
    return sorted(rest, key=lambda entry: (entry.asked_at, entry.seq))


def _grouped(entries: Sequence[ExportEntry]) -> dict[str, list[ExportEntry]]:
    groups: dict[str, list[ExportEntry]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.asked_at, entry.seq)):
        if entry.topic_id is not None:
            groups.setdefault(entry.topic_id, []).append(entry)
    return groups
