"""What sort of secret or personal data was hidden, in the spoken language. Kinds are kept as the rules name them."""

from __future__ import annotations

from skilltrail.exporters.plain_text import one_line
from skilltrail.i18n import _


def kind_words(kind: str) -> str:
    """Return a kind as the learner reads it: "api key" for "api-key"."""
    known = _known().get(kind)
    if known:
        return known
    service, _dash, sort = one_line(kind).replace("_", "-").rpartition("-")
    pattern = _sorts().get(sort) if service else None
    if pattern is None:
        return one_line(kind).replace("_", "-").replace("-", " ")
    return pattern.format(service=service.replace("-", " "))


def _sorts() -> dict[str, str]:
    return {
        "key": _("{service} key"),
        "token": _("{service} token"),
        "secret": _("{service} secret"),
        "session": _("{service} session"),
    }


def _known() -> dict[str, str]:
    return {
        "own-word": _("own word"),
        "e-mail": _("e-mail address"),
        "iban": _("IBAN"),
        "ip-address": _("network address"),
        "mac-address": _("device address"),
        "phone": _("phone number"),
        "account-number": _("account number"),
        "basic-auth": _("sign-in in an address"),
        "bearer-token": _("bearer token"),
        "card-number": _("card number"),
        "connection-string": _("connection string"),
        "cookie": _("cookie"),
        "jwt": _("web token (JWT)"),
        "license-key": _("license key"),
        "monitoring-token": _("monitoring token"),
        "password": _("password"),
        "password-hash": _("password hash"),
        "payment-token": _("payment token"),
        "pin": _("PIN"),
        "platform-token": _("platform token"),
        "private-key": _("private key"),
        "url-password": _("password in an address"),
        "url-token": _("token in an address"),
        "webhook": _("webhook"),
        "api-key": _("api key"),
        "api-token": _("api token"),
    }
