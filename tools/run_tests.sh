#!/usr/bin/env bash
# All tests, in pieces of which one more runs at a time than there are cores: a browser and a killed server keep tests
# waiting. All that needs the extension is one piece, because the extension looks for the service on three fixed ports.
set -uo pipefail

# The pieces have the cores; NumPy's own threads would only wait for each other. The model process sets its own number.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# The longest first and many short ones after, so that the last to end ends soon after the others.
pieces=(extension every-page rules pages-1-of-2 pages-2-of-2 server-{1..6}-of-6 node)

# The files of a part, such as 2-of-6: every sixth, because a long and a short one often have names that begin alike.
part() {
  local number=${1%%-*} parts=${1##*-}
  shift
  printf '%s\n' "$@" | awk -v number="$number" -v parts="$parts" 'NR % parts == number % parts'
}

piece() {
  # Each has a cache of its own: all write down what failed.
  local tests=(python -m pytest -o "cache_dir=.pytest_cache/$1")
  local pages
  mapfile -t pages < <(printf '%s\n' tests/e2e/test_*.py | grep -vE '/test_(every_page|keyboard)\.py$')
  case $1 in
    extension) "${tests[@]}" tests/e2e -m extension ;;
    every-page) "${tests[@]}" tests/e2e/test_every_page.py tests/e2e/test_keyboard.py ;;
    pages-*) "${tests[@]}" $(part "${1#pages-}" "${pages[@]}") -m "not extension" ;;
    server-*) "${tests[@]}" $(part "${1#server-}" tests/integration/test_*.py) ;;
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
export -f part piece told

failures=$(mktemp)
export failures
trap 'rm -f "$failures"' EXIT
status=0
printf '%s\n' "${pieces[@]}" | xargs -P "$(($(getconf _NPROCESSORS_ONLN) + 1))" -I{} bash -c 'told {}' || status=1
# Last, where it is found: the pieces print in the order in which they end.
cat "$failures"
exit "$status"
