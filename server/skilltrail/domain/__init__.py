"""Values and rules of Skilltrail in plain Python: no I/O, no third-party import, no clock."""
