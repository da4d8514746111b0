#!/usr/bin/env bash
# All tests, in pieces of which one more runs at a time than there are cores: a browser and a killed server keep tests
# waiting. All that needs the extension is one piece, because the extension looks for the service on three fixed ports.
set -uo pipefail

# The pieces have the cores; NumPy's own threads would only wait for each other. The model process sets its own number.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# The longest first, so that the last to end ends soon after the others.
pieces=(extension server-g-to-z server-a-to-f pages every-page rules node)

piece() {
  # Each has a cache of its own: all write down what failed.
  local tests=(python -m pytest -o "cache_dir=.pytest_cache/$1")
  case $1 in
    extension) "${tests[@]}" tests/e2e -m extension ;;
    every-page) "${tests[@]}" tests/e2e/test_every_page.py tests/e2e/test_keyboard.py ;;
    pages) "${tests[@]}" tests/e2e -m "not extension" --ignore=tests/e2e/test_every_page.py --ignore=tests/e2e/test_keyboard.py ;;
    server-a-to-f) "${tests[@]}" tests/integration/test_[a-f]*.py ;;
    server-g-to-z) "${tests[@]}" tests/integration/test_[!a-f]*.py ;;
    rules) "${tests[@]}" tests/unit tests/contract ;;
    node) node --test tests/extension/*.test.js ;;
  esac
}

# Runs one piece, and shows what it said when it is over: pieces side by side would talk into each other.
told() {
  local log status=0 began=$SECONDS
  log=$(mktemp)
  piece "$1" > "$log" 2>&1 || status=1
  printf '%s: %s s\n%s\n' "$1" "$((SECONDS - began))" "$(cat "$log")"
  if ((status)); then
    { echo "$1 failed:"; grep -E '^(FAILED|ERROR|not ok) ' "$log" || tail -n 5 "$log"; } >> "$failures"
  fi
  rm -f "$log"
  return "$status"
}
export -f piece told

failures=$(mktemp)
export failures
trap 'rm -f "$failures"' EXIT
status=0
printf '%s\n' "${pieces[@]}" | xargs -P "$(($(getconf _NPROCESSORS_ONLN) + 1))" -I{} bash -c 'told {}' || status=1
# Last, where it is found: the pieces print in the order in which they end.
cat "$failures"
exit "$status"
