"""Skilltrail: see, check and show what you learn through AI chats, on your own machine."""

__version__ = "0.1.0"
