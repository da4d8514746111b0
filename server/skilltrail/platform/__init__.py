"""Patterns, keys, folders, the lock and autostart: what the operating system gives us."""
