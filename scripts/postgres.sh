# shellcheck shell=bash
# A private PostgreSQL for ./run and ./test, on a Unix socket only. Sourced after env.sh and common.sh.
#
#   pg_prepare <folder>          choose the folder (PostgreSQL never runs as root, so its user must reach it)
#   pg_start durable|throwaway [-c setting=value …]
#                                create the cluster if there is none, recover it, start it; sets PG_PID and PG_URL
#   pg_stop                      stop it in order; does nothing when it does not run
#   pg_remove                    pg_stop, then delete the folder
#
# The cluster has the login role `tracker` (no superuser; it may create roles, and in a throwaway cluster databases),
# which owns the database `tracker`.

PG_BIN=""
PG_BASE=""
PG_DATA=""
PG_SOCKETS=""
PG_PID=""
# shellcheck disable=SC2034 # for the script that sources this file
PG_URL=""

# Who runs the server programs, and how a command is run as that user.
pg_user() {
  if [ "$(id -u)" -ne 0 ]; then
    id -un
  elif id postgres >/dev/null 2>&1; then
    echo postgres
  else
    echo nobody
  fi
}

# Replaces the shell: to be used in a subshell.
pg_exec() {
  local user
  user="$(pg_user)"
  if [ "$(id -u)" -ne 0 ]; then
    exec "$@"
  elif have setpriv; then
    exec setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- "$@"
  elif have runuser; then
    exec runuser -u "$user" -- "$@"
  else
    exec sudo -u "$user" -- "$@"
  fi
}
pg_as() { (cd / && pg_exec "$@"); }

pg_own() {
  mkdir -p "$1" 2>/dev/null || return 1
  if [ "$(id -u)" -eq 0 ]; then chown "$(pg_user)" "$1" || return 1; fi
  chmod 0700 "$1" && pg_as test -w "$1"
}

pg_prepare() {
  local wanted="$1" elsewhere
  PG_BASE="$wanted"
  if ! pg_own "$PG_BASE"; then
    [ "$(id -u)" -eq 0 ] || die "cannot write to $wanted"
    # The clone is in a folder that is closed to the user of the database, /root for instance.
    rmdir "$wanted" 2>/dev/null || true
    elsewhere="/var/lib/issues-insights-tracker/$(printf '%s' "$wanted" | cksum | cut -d' ' -f1)"
    mkdir -p /var/lib/issues-insights-tracker && chmod 0755 /var/lib/issues-insights-tracker
    PG_BASE="$elsewhere"
    pg_own "$PG_BASE" || die "neither $wanted nor $elsewhere can be used by the user '$(pg_user)'"
    say "$(basename "$0"): the user '$(pg_user)' cannot reach $wanted; the database is in $elsewhere"
  fi
  PG_DATA="$PG_BASE/data"

  local major=""
  if [ -f "$PG_DATA/PG_VERSION" ] || pg_as test -f "$PG_DATA/PG_VERSION"; then major="$(pg_as cat "$PG_DATA/PG_VERSION")"; fi
  PG_BIN="$(postgres_bin "$major")"
  if [ -z "$PG_BIN" ]; then
    die "no PostgreSQL ${major:-15 or later} was found${major:+, but the data in $PG_DATA needs that version} (set POSTGRES_BIN_DIR to the folder of its programs)"
  fi
}

# A socket's path may have 107 bytes: in a deep folder the socket goes to a short one, which is kept in a note.
pg_sockets() {
  local note="$PG_BASE/socket-folder"
  PG_SOCKETS="$PG_BASE/socket"
  if [ "$(printf '%s' "$PG_SOCKETS/.s.PGSQL.5432.lock" | wc -c)" -gt 107 ]; then
    PG_SOCKETS="$(cat "$note" 2>/dev/null || true)"
    if [ -z "$PG_SOCKETS" ] || [ ! -d "$PG_SOCKETS" ]; then
      PG_SOCKETS="$(mktemp -d /tmp/tracker-pg.XXXXXX)"
      printf '%s\n' "$PG_SOCKETS" >"$note"
    fi
  fi
  pg_own "$PG_SOCKETS" || die "the socket folder $PG_SOCKETS cannot be used"
}

# Complete or absent: made under another name, then renamed.
pg_init() {
  local new="$PG_DATA.new" log="$PG_BASE/initdb.log" locale=C.UTF-8 role="$1"
  shift
  pg_as test -f "$PG_DATA/PG_VERSION" && return 0
  pg_as rm -rf "$new"
  locale -a 2>/dev/null | grep -qiE '^C\.utf-?8$' || locale=C
  if ! pg_as "$PG_BIN/initdb" -D "$new" --username=postgres --auth=trust --encoding=UTF8 --locale="$locale" \
    "$@" >"$log" 2>&1 ||
    ! printf '%s\n' "CREATE ROLE tracker $role" 'CREATE DATABASE tracker OWNER tracker' |
    pg_as "$PG_BIN/postgres" --single -D "$new" postgres >>"$log" 2>&1; then
    tail -n 5 "$log" >&2
    die "PostgreSQL could not create its data in $PG_DATA (log: $log)"
  fi
  pg_as mv "$new" "$PG_DATA"
}

# Processes that work in the data folder, left by a start that was killed.
pg_leftovers() {
  local cwd
  for cwd in /proc/[0-9]*/cwd; do
    if [ "$cwd" -ef "$PG_DATA" ]; then
      cwd="${cwd#/proc/}"
      echo "${cwd%/cwd}"
    fi
  done
}

pg_end_leftovers() {
  local i pid
  pg_as test -f "$PG_DATA/postmaster.pid" || return 0
  if [ ! -d /proc/self ]; then
    pg_as "$PG_BIN/pg_ctl" stop -D "$PG_DATA" -m fast -w -t 60 >/dev/null 2>&1 || true
    return 0
  fi
  pid="$(pg_as head -n1 "$PG_DATA/postmaster.pid")"
  if [ -n "$(pg_leftovers)" ]; then
    say "$(basename "$0"): the database of a start that was killed is still running; stopping it"
    if pg_leftovers | grep -qx "$pid"; then
      pg_as "$PG_BIN/pg_ctl" stop -D "$PG_DATA" -m fast -w -t 60 >/dev/null 2>&1 || true
    fi
    for ((i = 0; i < 300; i++)); do
      [ -n "$(pg_leftovers)" ] || break
      sleep 0.1
    done
    [ -z "$(pg_leftovers)" ] || die "processes of an earlier database do not end: $(pg_leftovers | tr '\n' ' ')"
  fi
  # The number in these files may meanwhile belong to a program that has nothing to do with it.
  pg_as rm -f "$PG_DATA/postmaster.pid" "$PG_SOCKETS/.s.PGSQL.5432" "$PG_SOCKETS/.s.PGSQL.5432.lock"
}

pg_start() {
  local kind="$1" log i
  shift
  local -a settings=(
    -c listen_addresses= -c unix_socket_permissions=0700 -p 5432
    -c timezone=UTC -c log_timezone=UTC -c jit=off -c shared_buffers=128MB -c log_destination=stderr -c cluster_name=tracker
    "$@"
  )
  # What the caller's shell says of other databases is not about this one.
  unset PGDATA PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGPASSFILE PGOPTIONS PGSERVICE PGSSLMODE
  pg_sockets
  settings+=(-c unix_socket_directories="$PG_SOCKETS")
  if [ "$kind" = throwaway ]; then
    pg_init 'LOGIN CREATEROLE CREATEDB' --no-sync
    settings+=(-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200)
  else
    pg_init 'LOGIN CREATEROLE'
    pg_end_leftovers
  fi

  log="$PG_BASE/postgres.log"
  [ ! -f "$log" ] || mv -f "$log" "$log.old"
  # A process group of its own, so that Ctrl-C in the terminal does not reach it: the script stops it, after the server.
  # When the script itself is killed the kernel asks the database to stop, once the server has let go of it.
  set -m
  (
    [ -z "${LOCK_FD:-}" ] || eval "exec $LOCK_FD>&-"
    # The mark by which ./test finds what its tests left behind.
    unset ISSUES_INSIGHTS_TEST_RUN
    cd "$PG_BASE" || exit 1
    if setpriv --pdeathsig TERM true 2>/dev/null; then
      pg_exec setpriv --pdeathsig TERM -- "$PG_BIN/postgres" -D "$PG_DATA" "${settings[@]}"
    else
      pg_exec "$PG_BIN/postgres" -D "$PG_DATA" "${settings[@]}"
    fi
  ) >"$log" 2>&1 </dev/null &
  PG_PID=$!
  set +m

  for ((i = 0; i < 6000; i++)); do
    if ! kill -0 "$PG_PID" 2>/dev/null; then
      PG_PID=""
      tail -n 5 "$log" >&2
      die "PostgreSQL did not start (log: $log)"
    fi
    "$PG_BIN/pg_isready" -q -h "$PG_SOCKETS" -p 5432 && break
    if [ "$i" -eq 100 ]; then say "$(basename "$0"): the database is recovering"; fi
    sleep 0.05
  done
  # shellcheck disable=SC2034
  PG_URL="postgres://tracker@localhost:5432/tracker?host=$(pg_percent "$PG_SOCKETS")"
}

pg_percent() {
  local text="$1" i c out=""
  local LC_ALL=C
  for ((i = 0; i < ${#text}; i++)); do
    c="${text:i:1}"
    case "$c" in
    [a-zA-Z0-9/._-]) out+="$c" ;;
    *) out+="$(printf '%%%02X' "$(($(printf '%d' "'$c") & 255))")" ;;
    esac
  done
  printf '%s\n' "$out"
}

# No new connections, open transactions rolled back, everything written.
pg_stop() {
  [ -n "$PG_PID" ] || return 0
  local i
  kill -INT "$PG_PID" 2>/dev/null || true
  for ((i = 0; i < 600; i++)); do
    kill -0 "$PG_PID" 2>/dev/null || break
    sleep 0.1
  done
  if kill -0 "$PG_PID" 2>/dev/null; then
    warn "$(basename "$0"): the database did not stop within a minute; it will recover at the next start"
    kill -QUIT "$PG_PID" 2>/dev/null || true
  fi
  wait "$PG_PID" 2>/dev/null || true
  PG_PID=""
  case "$PG_SOCKETS" in /tmp/tracker-pg.*) rm -rf "$PG_SOCKETS" "$PG_BASE/socket-folder" ;; esac
}

pg_remove() {
  [ -n "$PG_BASE" ] || return 0
  if [ -n "$PG_PID" ]; then
    kill -QUIT "$PG_PID" 2>/dev/null || true
    wait "$PG_PID" 2>/dev/null || true
    PG_PID=""
  fi
  case "$PG_SOCKETS" in /tmp/tracker-pg.*) rm -rf "$PG_SOCKETS" ;; esac
  rm -rf "$PG_BASE"
  PG_BASE=""
}
