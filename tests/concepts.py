"""A few published concepts for tests, near the subjects of ``exchanges.history``."""

from __future__ import annotations

from skilltrail.domain.claims import PublishedConcept
from skilltrail.ml.concepts import Concepts

SQL = PublishedConcept("esco", "sql-code", "knowledge", "database query with sql", "index table join select rows")
QUERYING = PublishedConcept("onet", "43232306", "tool", "SQL query tool", "select rows of a table, join, index")
SPANISH = PublishedConcept("esco", "spanish-code", "knowledge", "spanish verb grammar", "translate a sentence or word")
WELDING = PublishedConcept("esco", "welding-code", "skill", "weld metal pipes", "join metal by heat")

CONCEPTS = Concepts((SQL, QUERYING, SPANISH, WELDING), (("sql database",), (), ("spanish conjugation",), ()))
