#!/usr/bin/env bash
# The offline cache of the checked queries (.sqlx/): made anew from the migrations, or with --check compared with them.
# Takes a minute. Needs DATABASE_URL (a role that may create databases), or starts a PostgreSQL for itself.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=scripts/common.sh
. "$REPO_ROOT/scripts/common.sh"
# shellcheck source=scripts/postgres.sh
. "$REPO_ROOT/scripts/postgres.sh"
cd "$REPO_ROOT"

WORK="$(mktemp -d "${TMPDIR:-/tmp}/tracker-sqlx.XXXXXX")"
chmod 0711 "$WORK"
trap 'pg_remove; rm -rf "$WORK"' EXIT
if [ -z "${DATABASE_URL:-}" ]; then
  pg_prepare "$WORK/postgres"
  pg_start throwaway
  DATABASE_URL="$PG_URL"
fi

bin="$(postgres_bin)"
name="sqlx_cache_$$"
"$bin/psql" "$DATABASE_URL" -XAqc "CREATE DATABASE $name"
server="${DATABASE_URL%%\?*}"
query="${DATABASE_URL#"$server"}"
url="${server%/*}/$name$query"
for migration in migrations/*.sql; do
  "$bin/psql" "$url" -Xq1 -v ON_ERROR_STOP=1 -f "$migration" >/dev/null
done

mkdir "$WORK/new"
# The macros run again only in a crate that is compiled again; afterwards it is as old as before, for nothing changed.
touch -r server/src/lib.rs "$WORK/as-old"
trap 'touch -r "$WORK/as-old" server/src/lib.rs; pg_remove; rm -rf "$WORK"' EXIT
touch server/src/lib.rs
say "sqlx: checking every query against the migrations"
SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$WORK/new" DATABASE_URL="$url" cargo check --quiet -p server --lib
"$bin/psql" "$DATABASE_URL" -XAqc "DROP DATABASE $name WITH (FORCE)"

count="$(find "$WORK/new" -name 'query-*.json' | wc -l)"
[ "$count" -gt 0 ] || die "no query was checked"
if [ "${1:-}" = --check ]; then
  diff -rq .sqlx "$WORK/new" || die "the cache in .sqlx is not fresh: run scripts/sqlx-cache.sh and commit it"
  say "sqlx: the cache of $count queries is fresh"
else
  rm -rf .sqlx
  cp -r "$WORK/new" .sqlx
  say "sqlx: wrote $count queries to .sqlx"
fi
