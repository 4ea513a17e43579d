# shellcheck shell=bash
# Small helpers of the scripts in this repository. Sourced, never run.

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# One clear line, then the end.
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# As root, or by a sudo that asks for no password; fails where neither is possible.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    return 126
  fi
}
can_be_root() { as_root true 2>/dev/null; }

# version_at_least 1.97.0 1.96.0
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]; }

# The folder of the newest PostgreSQL (15 or later) that has all its programs; empty when there is none.
postgres_bin() {
  local dir version
  for dir in ${POSTGRES_BIN_DIR:+"$POSTGRES_BIN_DIR"} \
    $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
      /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin | sort -rV) \
    "$(dirname "$(command -v initdb 2>/dev/null || printf /nowhere/initdb)")"; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/psql" ]; then
      version="$("$dir/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')"
      if [ "${version:-0}" -ge 15 ]; then
        printf '%s\n' "$dir"
        return 0
      fi
    fi
  done
  return 0
}

# A Chromium for the browser tests: the one that was named, Playwright's own, or the system's; empty when there is none.
chromium_bin() {
  local path
  for path in "${CHROMIUM_BIN:-}" \
    "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-*/chrome-linux*/chrome \
    "$(command -v chromium || true)" "$(command -v chromium-browser || true)" "$(command -v google-chrome || true)"; do
    if [ -n "$path" ] && [ -x "$path" ]; then
      printf '%s\n' "$path"
      return 0
    fi
  done
  return 0
}

# The folder of LLVM's tools that can read what this compiler writes; empty when there is none.
llvm_major() { rustc --version --verbose | sed -nE 's/^LLVM version: ([0-9]+).*/\1/p'; }
llvm_tools() {
  local dir major
  major="$(llvm_major)"
  for dir in "$(rustc --print target-libdir)/../bin" "/usr/lib/llvm-$major/bin" "/usr/lib/llvm-$((major + 1))/bin"; do
    if [ -x "$dir/llvm-cov" ] && [ -x "$dir/llvm-profdata" ]; then
      printf '%s\n' "$dir"
      return 0
    fi
  done
}

# Where the tools in Python are, and ClamAV's scanner when it is not the system's.
# shellcheck disable=SC2034 # used by the scripts that source this file
SCHEMATHESIS="$TOOLS_CACHE/tools/schemathesis" MOTO="$TOOLS_CACHE/tools/moto"
CLAMAV="$TOOLS_CACHE/tools/clamav"

# ClamAV's scanner: ours, or the system's, which is not in everybody's search path; empty when there is none.
clamd_bin() {
  local path
  for path in "$CLAMAV/usr/sbin/clamd" "$(command -v clamd || true)" /usr/sbin/clamd /usr/local/sbin/clamd; do
    if [ -n "$path" ] && [ -x "$path" ]; then
      printf '%s\n' "$path"
      return 0
    fi
  done
  return 0
}

# in_group <command...>: runs it in a process group of its own and waits for it in such a way that a signal to this
# script is handled at once; end_group ends what is left of it.
GROUP_PID=""
in_group() {
  local status=0
  set -m
  "$@" </dev/null &
  GROUP_PID=$!
  set +m
  wait "$GROUP_PID" || status=$?
  end_group
  return "$status"
}
end_group() {
  local group="$GROUP_PID" i
  [ -n "$group" ] || return 0
  GROUP_PID=""
  kill -TERM -- "-$group" 2>/dev/null || return 0
  for ((i = 0; i < 50; i++)); do
    kill -0 -- "-$group" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$group" 2>/dev/null || true
}
