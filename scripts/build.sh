# shellcheck shell=bash
# The release build, for ./run and ./test. Sourced after env.sh and common.sh.
# What comes out: the server $RELEASE_BIN and the files that it serves in $RELEASE_SITE.

RELEASE_BIN="$TARGET_DIR/release/tracker"
RELEASE_SITE="$REPO_ROOT/target/site"
BUILD_STAMP="$REPO_ROOT/target/release-build.stamp"

# What a build is recognised by: its program, for a target folder may be shared by several clones, and how it is optimized.
build_id() {
  [ -x "$RELEASE_BIN" ] && echo "$(cksum <"$RELEASE_BIN") ${CARGO_PROFILE_RELEASE_LTO:-} ${CARGO_PROFILE_RELEASE_CODEGEN_UNITS:-}"
}

# True when nothing that goes into the build is newer than the last complete build. A folder counts as
# newer when a file was added to it or taken away.
release_is_fresh() {
  local source sources=()
  [ -f "$BUILD_STAMP" ] && [ -d "$RELEASE_SITE/pkg" ] || return 1
  [ "$(cat "$BUILD_STAMP")" = "$(build_id)" ] || return 1
  for source in Cargo.toml Cargo.lock rust-toolchain.toml .cargo .sqlx package.json package-lock.json \
    src app frontend server style public migrations scripts/precompress.mjs scripts/viewer.mjs \
    scripts/charts.mjs scripts/charts; do
    [ -e "$REPO_ROOT/$source" ] && sources+=("$REPO_ROOT/$source")
  done
  [ -z "$(find "${sources[@]}" -path "$REPO_ROOT/server/tests" -prune -o -newer "$BUILD_STAMP" -print -quit)" ]
}

# Builds the browser's part, the styles and the server; a second call without changes returns at once.
build_release() {
  local started
  release_is_fresh && return 0
  mkdir -p "$REPO_ROOT/target" || return 1
  rm -f "$BUILD_STAMP"
  started="$(mktemp "$REPO_ROOT/target/build-started.XXXXXX")"
  if ! (cd "$REPO_ROOT" && cargo leptos build --release && node scripts/viewer.mjs "$RELEASE_SITE" &&
    node scripts/charts.mjs "$RELEASE_SITE" && node scripts/precompress.mjs "$RELEASE_SITE"); then
    rm -f "$started"
    return 1
  fi
  build_id >"$BUILD_STAMP"
  # As old as the start of the build: what was edited meanwhile is built next time.
  touch -r "$started" "$BUILD_STAMP"
  rm -f "$started"
}

# build_beside_release <arguments for cargo>: with what cargo-leptos sets, so that it shares the release's dependencies.
build_beside_release() {
  (cd "$REPO_ROOT" && RUSTFLAGS='--cfg erase_components' LEPTOS_OUTPUT_NAME=tracker cargo build --release --locked "$@")
}
