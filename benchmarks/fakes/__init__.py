"""Invented secrets, personal data and look-alikes for measuring redaction; made from a seed, none is real."""
