# shellcheck shell=bash
# Sourced by ./setup, ./run, ./test and by a developer's own shell (`. scripts/env.sh`):
# the compiler, the search path and the places of caches. It starts nothing and prints nothing.

REPO_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS_CACHE="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/issues-insights-tracker"

# Programs that belong to this project come before those that happen to be installed.
PATH="$REPO_ROOT/node_modules/.bin:$TOOLS_CACHE/tools/bin:$PATH"
[ -d "${CARGO_HOME:-${HOME:-/}/.cargo}/bin" ] && PATH="$PATH:${CARGO_HOME:-${HOME:-/}/.cargo}/bin"
export PATH

# ./setup writes down which toolchain has a standard library for wasm32.
if [ -z "${RUSTUP_TOOLCHAIN:-}" ] && [ -r "$TOOLS_CACHE/toolchain.env" ]; then
  # shellcheck source=/dev/null
  . "$TOOLS_CACHE/toolchain.env"
fi

# The sqlx macros answer from the committed .sqlx/ even when DATABASE_URL is set.
export SQLX_OFFLINE="${SQLX_OFFLINE:-true}"

# On a build machine each checkout is new: keep compiled dependencies outside it.
if [ "${CI:-}" = true ] && [ -z "${CARGO_TARGET_DIR:-}" ]; then
  export CARGO_TARGET_DIR="$TOOLS_CACHE/target"
fi

# shellcheck disable=SC2034 # used by the scripts that source this file
TARGET_DIR="${CARGO_TARGET_DIR:-$REPO_ROOT/target}"
