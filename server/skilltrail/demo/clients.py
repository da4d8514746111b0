"""The clients of the invented freelancer, told by words as a learner would list them; not all of theirs is found so."""

from __future__ import annotations

from skilltrail.domain.contexts import ContextForm

CLIENTS: tuple[tuple[ContextForm, tuple[ContextForm, ...]], ...] = (
    (
        ContextForm("Oakline Ledger Ltd", ("Oakline Ledger", "Oakline"), ("oakline.example",)),
        (ContextForm("Ledger dashboard"), ContextForm("Invoice archive"), ContextForm("Ledger proposal")),
    ),
    (
        ContextForm(
            "Harbour & Finch Bakery", ("Harbour & Finch",), ("harbourandfinch.example",), ("bakery", "sourdough")
        ),
        (ContextForm("Order desk"), ContextForm("Bread shop"), ContextForm("Friday newsletter")),
    ),
    (
        ContextForm("Tidewell Physio", ("Tidewell",), (), ("physio", "the clinic")),
        (ContextForm("Clinic theme"), ContextForm("Access audit")),
    ),
    (ContextForm("Casa Brisal", ("Brisal",), (), ("hotel",)), (ContextForm("Booking site"),)),
)
"""Each with its projects."""
