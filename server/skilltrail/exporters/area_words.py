"""The areas of topics in the spoken language. They are kept, filtered and written to tables in English."""

from __future__ import annotations

from skilltrail.exporters.plain_text import one_line
from skilltrail.i18n import _, noted

AREAS = (
    noted("3D and game development"),
    noted("Business and clients"),
    noted("Content and marketing"),
    noted("Crafts and home"),
    noted("Data and analytics"),
    noted("Databases"),
    noted("E-commerce"),
    noted("Engineering and architecture"),
    noted("Everyday life"),
    noted("Finance and taxes"),
    noted("Health and wellbeing"),
    noted("Hosting and operations"),
    noted("Languages and translation"),
    noted("Legal and contracts"),
    noted("Machine learning and AI"),
    noted("Mobile apps"),
    noted("Office and productivity"),
    noted("People and recruiting"),
    noted("Photography"),
    noted("Programming"),
    noted("Project management"),
    noted("Science and research"),
    noted("Security and privacy"),
    noted("Support and administration"),
    noted("Teaching and learning"),
    noted("UX and product design"),
    noted("Video and audio"),
    noted("Visual design"),
    noted("Web development"),
    noted("Writing and editing"),
)
"""The areas of our list of skills (``ml/data``); a test compares the two."""


def area_words(area: str) -> str:
    """Return the name of an area; one that is not of our list as it is, on one line."""
    if area in AREAS:
        return _(area)
    return one_line(area) if area else ""
