# shellcheck shell=bash
# Services of others for ./test outside, on the loopback only: an S3 (moto), and ClamAV's scanner with one signature of our
# own, for its signatures cannot be fetched everywhere. Sourced after env.sh and common.sh; ./setup --outside installs both.
#
#   outside_start <folder>   starts them; sets OUTSIDE_S3 and OUTSIDE_CLAMD for the tests
#   outside_stop             ends them

OUTSIDE_PIDS=()

outside_start() {
  local folder="$1"
  mkdir -p "$folder/signatures"
  outside_s3 "$folder/moto.log" && outside_clamd "$folder"
}

outside_stop() {
  local pid
  for pid in "${OUTSIDE_PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${OUTSIDE_PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
  OUTSIDE_PIDS=()
}

# outside_wait <name> <log> <command...>: until the command succeeds, half a minute at most.
outside_wait() {
  local name="$1" log="$2" i
  shift 2
  for ((i = 0; i < 300; i++)); do
    if "$@"; then return 0; fi
    kill -0 "${OUTSIDE_PIDS[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 15 "$log" | sed 's/^/    /'
  say "outside: $name did not start; ./setup --outside installs it"
  return 1
}

# It takes a free port and says which.
outside_s3() {
  local log="$1"
  "$MOTO/bin/moto_server" -H 127.0.0.1 -p 0 >"$log" 2>&1 </dev/null &
  OUTSIDE_PIDS+=("$!")
  outside_wait moto "$log" outside_s3_place "$log" || return 1
  export OUTSIDE_S3
}
outside_s3_place() {
  OUTSIDE_S3="$(sed -nE 's#.*Running on (http://[0-9.]+:[0-9]+).*#\1#p' "$1" | head -n 1)"
  [ -n "$OUTSIDE_S3" ]
}

# The file that every scanner knows and that does no harm, in two halves for the sake of those who look at this one.
# shellcheck disable=SC2016 # these dollars are its own
outside_eicar() { printf '%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-' 'ANTIVIRUS-TEST-FILE!$H+H*'; }

outside_clamd() {
  local folder="$1" log="$1/clamd.log"
  printf 'Eicar-Signature:0:*:%s\n' "$(outside_eicar | od -An -v -tx1 | tr -d ' \n')" >"$folder/signatures/ours.ndb"
  cat >"$folder/clamd.conf" <<CONF
Foreground yes
DatabaseDirectory $folder/signatures
LocalSocket $folder/clamd.socket
TemporaryDirectory $folder
StreamMaxLength 2M
SelfCheck 0
CONF
  "$(clamd_bin)" --config-file="$folder/clamd.conf" >"$log" 2>&1 </dev/null &
  OUTSIDE_PIDS+=("$!")
  outside_wait clamd "$log" test -S "$folder/clamd.socket" || return 1
  export OUTSIDE_CLAMD="unix:$folder/clamd.socket"
}
