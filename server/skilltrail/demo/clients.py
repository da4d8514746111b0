"""The clients of the invented freelancer, told by words as a learner would list them; not all of theirs is found so."""

from __future__ import annotations

from skilltrail.domain.contexts import ContextForm

CLIENTS: tuple[tuple[ContextForm, tuple[ContextForm, ...]], ...] = (
    (
        ContextForm("Oakline Ledger Ltd", ("Oakline Ledger", "Oakline"), ("oakline.example",)),
        (ContextForm("Dashboard structure"),),
    ),
    (
        ContextForm(
            "Harbour & Finch Bakery", ("Harbour & Finch",), ("harbourandfinch.example",), ("bakery", "sourdough")
        ),
        (ContextForm("Bakery orders"), ContextForm("Bakery theme")),
    ),
    (
        ContextForm("Tidewell Physio", ("Tidewell",), (), ("physio", "the clinic")),
        (ContextForm("Physio clinic"), ContextForm("Accessibility audit")),
    ),
    (ContextForm("Casa Brisal", ("Brisal",), (), ("hotel",)), ()),
)
"""Each with its projects."""
