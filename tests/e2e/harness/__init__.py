"""Drives the real server, the real extension and a real Chromium against the stand-in."""
