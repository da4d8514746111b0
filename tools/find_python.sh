#!/usr/bin/env bash
# Runs its arguments with the first Python that Skilltrail supports (3.11 to 3.13).
set -eu
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
  if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    exec "$candidate" "$@"
  fi
done
echo "Skilltrail needs Python 3.11, 3.12 or 3.13. Install one from python.org (or your system's packages) and try again." >&2
exit 1
