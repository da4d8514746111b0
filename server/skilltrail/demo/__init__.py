"""The invented freelancer's history that ships with the product, to look around without any data of one's own."""

from skilltrail.demo.loader import invented_history

__all__ = ["invented_history"]
