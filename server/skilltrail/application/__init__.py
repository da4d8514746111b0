"""Composition root and facade: each method is one use case in one transaction."""

from skilltrail.application.composition import Application

__all__ = ["Application"]
