"""The clients of the invented freelancer, told by words as a learner would list them; not all of theirs is found so."""

from __future__ import annotations

from skilltrail.domain.contexts import ContextForm

CLIENTS: tuple[tuple[ContextForm, tuple[ContextForm, ...]], ...] = (
    (
        ContextForm("Oakline Ledger Ltd", ("Oakline Ledger", "Oakline"), ("oakline.example",)),
        (ContextForm("Dashboard"), ContextForm("Invoices"), ContextForm("Proposal")),
    ),
    (
        ContextForm(
            "Harbour & Finch Bakery", ("Harbour & Finch",), ("harbourandfinch.example",), ("bakery", "sourdough")
        ),
        (ContextForm("Orders"), ContextForm("WooCommerce"), ContextForm("Emails")),
    ),
    (
        ContextForm("Tidewell Physio", ("Tidewell",), (), ("physio", "the clinic")),
        (ContextForm("Theme"), ContextForm("Audit")),
    ),
    (ContextForm("Casa Brisal", ("Brisal",), (), ("hotel",)), (ContextForm("Website"),)),
)
"""Each with its projects."""
