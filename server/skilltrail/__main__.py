"""`python -m skilltrail`: the same as the `skilltrail` command."""

from skilltrail.cli import main

# The guard matters: the model process is spawned, and on Windows and macOS it imports this module again.
if __name__ == "__main__":
    main()
