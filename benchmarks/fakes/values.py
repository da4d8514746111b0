"""The invented secrets that stand in chat texts, by the name of their slot; ``¦`` parts several looks of one."""

from __future__ import annotations

from collections.abc import Callable

PASSWORDS = (
    "[A-Z][a-z]{5,8}20[1-2][0-9]!",
    "[a-z]{4,7}-[0-9]{2}-[A-Z][a-z]{4,6}",
    "[A-Z][a-z]{3,5}#[A-Z][a-z]{3,6}[0-9]",
    "[A-Za-z0-9!$*_?]{6}[0-9][A-Za-z0-9!$*_?]{3,8}",
    "[A-Za-z]{3}[0-9][A-Za-z0-9]{8,16}",
    "[a-z]{6,9}[0-9]{2,4}",
    "[A-Z][a-z]{2,4}\\.[A-Z][a-z]{3,6}[0-9]{2}",
)
"""How people and password managers make them: a season with a year, words with signs, random signs."""

VALUES = {
    "password": "¦".join(PASSWORDS),
    "pin": "[1-9][0-9]{3}",
    "alnum32": "[A-Za-z0-9]{32}",
    "alnum40": "[A-Za-z0-9]{40}",
    "alnum60": "[A-Za-z0-9]{60}",
    "hex32": "[0-9a-f]{32}",
    "hex40": "[0-9a-f]{40}",
    "hex64": "[0-9a-f]{64}",
    "hex128": "[0-9a-f]{128}",
    "uuid": "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}",
    "b64_24": "[A-Za-z0-9+/]{23}=",
    "b64_44": "[A-Za-z0-9+/]{43}=",
    "b64_60": "[A-Za-z0-9+/]{60}",
    "b64_88": "[A-Za-z0-9+/]{86}==",
    "signs64": "[A-Za-z0-9!#%*+=_~]{64}",
    "license": "[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
    "account": "[1-9][0-9]{8,9}",
    "openai": "sk-proj-[A-Za-z0-9_-]{48}¦sk-[A-Za-z0-9]{48}",
    "aws_id": "AKIA[A-Z2-7]{16}",
    "aws_secret": "[A-Za-z0-9/+]{40}",
    "github": "ghp_[A-Za-z0-9]{36}¦github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    "gitlab": "glpat-[A-Za-z0-9_-]{20}",
    "stripe": "sk_live_[A-Za-z0-9]{24}¦sk_test_[A-Za-z0-9]{99}",
    "slack": "xoxb-[0-9]{12}-[0-9]{12}-[A-Za-z0-9]{24}",
    "slack_hook": "https://hooks.slack.com/services/T[A-Z0-9]{8}/B[A-Z0-9]{8}/[A-Za-z0-9]{24}",
    "telegram": "[1-9][0-9]{9}:AA[A-Za-z0-9_-]{33}",
    "sendgrid": "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}",
    "huggingface": "hf_[A-Za-z0-9]{34}",
    "digitalocean": "dop_v1_[0-9a-f]{64}",
    "discord": "M[A-Za-z0-9]{25}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{38}",
    "gcp": "AIza[A-Za-z0-9_-]{35}",
    "gocspx": "GOCSPX-[A-Za-z0-9_-]{28}",
    "npm": "npm_[A-Za-z0-9]{36}",
    "vault": "hvs\\.[A-Za-z0-9_-]{90}",
    "jwt": "eyJhbGciOiJIUzI1NiJ9\\.eyJzdWIiOiI[A-Za-z0-9]{20,60}\\.[A-Za-z0-9_-]{43}",
    "bcrypt": "$2b$12$[A-Za-z0-9./]{53}",
    "postgres_url": "postgres://u[a-z0-9]{13}:p[0-9a-f]{64}@ec2-52-1-2-3.compute-1.amazonaws.com:5432/d[a-z0-9]{13}",
    "pem_body": "\n".join(["MII[A-Za-z0-9+/]{61}", *["[A-Za-z0-9+/]{64}"] * 4, "[A-Za-z0-9+/]{30}=="]),
    "card": "4[0-9]{15}¦5[1-5][0-9]{14}¦37[0-9]{13}",
    "card_in_fours": "4[0-9]{15}¦5[1-5][0-9]{14}",
}


def with_check_digit(digits: str) -> str:
    """Return ``digits`` with the last one changed so that Luhn's sum fits (ISO/IEC 7812-1)."""
    body = [int(sign) for sign in digits[:-1]]
    total = sum(sum(divmod(digit * 2, 10)) for digit in body[-1::-2]) + sum(body[-2::-2])
    return digits[:-1] + str(-total % 10)


def in_fours(digits: str) -> str:
    """Return a valid number of these digits, parted as on the card."""
    whole = with_check_digit(digits)
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


FINISHED: dict[str, Callable[[str], str]] = {"card": with_check_digit, "card_in_fours": in_fours}
"""Slots whose number must also be a valid one."""
