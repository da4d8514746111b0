#!/usr/bin/env bash
# All tests, in two lines side by side: a browser with the extension waits more than it works. There is one such browser at
# a time, because the extension looks for the service on three fixed ports.
# What fails in this crowd is tried once more by itself, and both are shown; failing again, it counts.
set -uo pipefail

line_of() { # name of the line, arguments of pytest
  local cache="cache_dir=.pytest_cache/$1"
  shift
  python -m pytest -o "$cache" "$@" && return
  echo "Once more, by itself:"
  python -m pytest -o "$cache" "$@" --last-failed
}

status=0
log=$(mktemp)
line_of browser tests/e2e --ignore=tests/e2e/test_dashboard_pages.py > "$log" 2>&1 &
browser=$!
line_of plain tests/unit tests/contract tests/integration || status=1
node --test tests/extension/*.test.js || status=1
line_of dashboard tests/e2e/test_dashboard_pages.py || status=1
wait "$browser" || status=1
echo "In the browser, without the dashboard:"
cat "$log"
rm -f "$log"
exit "$status"
