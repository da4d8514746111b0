"""A megabyte of what could make a matcher slow: beginnings that never end, and words that open many rules at once."""

from __future__ import annotations

import random
import string

SIZE = 1_000_000

_LETTERS = random.Random(7).choices(string.ascii_letters + string.digits, k=64)
UNITS = {
    "prose about secrets": "The password of the server is not the token of the api key, said the session cookie. ",
    "random letters": "".join(_LETTERS) + "\n",
    "one long run": "aB3",
    "assignments": "password = ",
    "begun tokens": "eyJ-eyJ-",
    "begun keys": "-----BEGIN RSA PRIVATE KEY-----\n",
    "addresses": "https://a:b:c",
    "quotes": 'secret_token="',
    "service names": "sumo=aB1 zoom=aB1 ",
    "password after password": "password 1 ",
    "keys in a sentence": "key token secret clave ",
    "logins": "login admin / root:1 ",
    "tables": "| pass | login |\n|---|---|\n",
    "digits": "4000 1234 ",
    "digits without blanks": "40001234",
    "mail": "a@a.",
    "colons": "2001:db8:",
    "phones": "tel +49 30 1",
    "marks": "[secret:password:ab12][own-word:1]",
    "brackets": "[secret:",
    "umlauts": "Schlüssel ä 1 ",
    "equal signs": "A_KEY==",
    "commands": "docker login -u a -p ",
    "blanks": " ",
}


def megabyte(unit: str) -> str:
    """Return ``unit`` again and again, a million characters long."""
    return (unit * (SIZE // len(unit) + 1))[:SIZE]
