#!/usr/bin/env bash
# All tests, in two lines side by side: a browser with the extension waits more than it works. There is one such browser at
# a time, because the extension looks for the service on three fixed ports.
set -uo pipefail

# The two lines have the cores; NumPy's own threads would only wait for each other. The model process sets its own number.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

status=0
log=$(mktemp)
# Each line has a cache of its own: both write down what failed.
python -m pytest -o cache_dir=.pytest_cache/browser tests/e2e --ignore=tests/e2e/test_dashboard_pages.py > "$log" 2>&1 &
browser=$!
python -m pytest tests/unit tests/contract tests/integration || status=1
node --test tests/extension/*.test.js || status=1
python -m pytest tests/e2e/test_dashboard_pages.py || status=1
wait "$browser" || status=1
echo "In the browser, without the dashboard:"
cat "$log"
rm -f "$log"
exit "$status"
