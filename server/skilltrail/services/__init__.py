"""Use cases: each file does one thing with an open session and ports, and returns values, never rows."""
