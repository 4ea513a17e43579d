//! The second wall: what row-level security alone keeps apart.

use server::{storage::refuse_unbound, testing::TestApp};
use sqlx::{PgConnection, Row};
use std::collections::BTreeSet;

use crate::leaks::{
    marks::found,
    world::{Viewer, World},
};

const TENANT_TABLES: &[&str] = &[
    "organizations",
    "org_heads",
    "memberships",
    "projects",
    "issues",
    "comments",
    "attachments",
    "tags",
    "issue_tags",
    "issue_links",
    "events",
    "cells",
    "spells",
    "daily_stats",
    "reader_cursors",
    "stock",
    "teams",
    "team_members",
    "tokens",
];

/// What belongs to a person and to no organization.
const OWN_TABLES: &[&str] = &[
    "users",
    "credentials",
    "sessions",
    "address_changes",
    "totp",
    "recovery_codes",
    "recovery_sheets",
    "passkeys",
    "factor_tries",
    "factor_challenges",
];

async fn speak_for(connection: &mut PgConnection, org: &str, user: &str, role: &str) {
    for (name, value) in [("tracker.org", org), ("tracker.user", user), ("tracker.role", role)] {
        sqlx::query("SELECT set_config($1, $2, false)")
            .bind(name)
            .bind(value)
            .execute(&mut *connection)
            .await
            .unwrap();
    }
}

async fn count(connection: &mut PgConnection, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(connection).await.unwrap().get(0)
}

#[tokio::test]
async fn nobody_and_a_stranger_see_no_row_of_any_table() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let key = ana.create_issue("Hers").await;
    ana.comment(&key, "Text").await.ok();
    ben.create_issue("His").await;
    app.owner_sql(
        "INSERT INTO tags (org_id, name) SELECT id, 'ui' FROM organizations;
                   INSERT INTO teams (org_id, slug, name, created_at) SELECT id, 'web', 'Web', now() FROM organizations;
                   INSERT INTO team_members SELECT t.org_id, t.id, m.user_id FROM teams t JOIN memberships m USING (org_id);
                   INSERT INTO issue_tags SELECT i.org_id, i.id, t.id FROM issues i, tags t;
                   INSERT INTO issue_links (org_id, issue_id, relation, target) SELECT org_id, id, 'RELATES', 'GONE-1' FROM issues;
                   INSERT INTO tokens (org_id, user_id, service, made_by, hash, ending, name, scopes, created_at, expires_at)
                   SELECT org_id, user_id, false, user_id, sha256(user_id::text::bytea), 'abcd', 'CI', '{READ}', now(), now()
                   FROM memberships;
                   INSERT INTO invitations (org_id, address, role, created_at, expires_at)
                   SELECT id, 'x@example.org', 'REPORTER', now(), now() FROM organizations;
                   INSERT INTO address_changes (user_id, old_address, new_address, old_needed, requested_at, expires_at)
                   SELECT id, email, 'x@example.org', true, now(), now() FROM users;
                   INSERT INTO totp (user_id, secret, created_at) SELECT id, 's', now() FROM users;
                   INSERT INTO recovery_codes (user_id, code_hash) SELECT id, sha256('c') FROM users;
                   INSERT INTO recovery_sheets SELECT id, 's', now() FROM users;
                   INSERT INTO passkeys (user_id, name, credential_id, credential, created_at)
                   SELECT id, 'Any', name::bytea, '{}', now() FROM users;
                   INSERT INTO factor_tries SELECT id, 1, now() FROM users;
                   INSERT INTO factor_challenges (token_hash, user_id, purpose, state, created_at, expires_at)
                   SELECT sha256(name::bytea), id, 'SIGN_IN', '{}', now(), now() FROM users;
                   INSERT INTO attachments (org_id, issue_id, uploader_id, name, media_type, size, sha256, state, object, created_at)
                   SELECT org_id, id, reporter_id, 'a.txt', 'text/plain', 1, sha256('a'), 'CLEAN', 'main/' || id, now() FROM issues;
                   INSERT INTO reader_cursors SELECT id, 'any', 1 FROM organizations ON CONFLICT DO NOTHING;
                   INSERT INTO spells (org_id, issue_id, number, began, at, seq, project_id, reporter_id, severity, status, tags, created_at, status_at)
                   SELECT org_id, id, 1, 'REPORTED', now(), 1, project_id, reporter_id, 'LOW', 'OPEN', '{}', now(), now() FROM issues;
                   INSERT INTO cells (org_id, kind, name, layer, day, body)
                   SELECT DISTINCT i.org_id, k, CASE k WHEN 'ALL' THEN '' ELSE i.reporter_id::text END, 'DAY', '2000-01-01'::date, '\\x00'::bytea
                   FROM issues i, unnest(ARRAY['ALL', 'REPORTER']) k;
                   INSERT INTO daily_stats (org_id, day, project_id, reporter_id, severity, status)
                   SELECT i.org_id, '2000-01-01', i.project_id, i.reporter_id, 'LOW', 'OPEN' FROM issues i",
    )
    .await;
    let mut connection = app.app.db.app.acquire().await.unwrap();
    for (org, user, role) in [("", "", ""), ("999999", "999999", "ADMIN"), ("", "", "ADMIN")] {
        speak_for(&mut connection, org, user, role).await;
        for table in TENANT_TABLES.iter().chain(OWN_TABLES).chain(&["invitations"]) {
            assert_eq!(count(&mut connection, table).await, 0, "{table} shows rows to org “{org}”");
        }
    }
    let org = app.owner_count("SELECT id FROM organizations").await.to_string();
    let ben = app.owner_count("SELECT id FROM users WHERE name = 'Ben'").await.to_string();
    speak_for(&mut connection, &org, &ben, "REPORTER").await;
    assert_eq!(count(&mut connection, "issues").await, 1, "a reporter's own");
    assert_eq!(count(&mut connection, "issue_links").await, 1, "what a reporter's own issue says");
    assert_eq!(count(&mut connection, "spells").await, 1, "those of a reporter's own");
    assert_eq!(count(&mut connection, "cells").await, 1, "the sums of a reporter's own");
    assert_eq!(count(&mut connection, "invitations").await, 0, "of an ADMIN only");
    for table in OWN_TABLES.iter().filter(|table| **table != "users") {
        assert_eq!(count(&mut connection, table).await, 1, "{table}: one's own only");
    }
    speak_for(&mut connection, &org, &ben, "ADMIN").await;
    assert_eq!(count(&mut connection, "invitations").await, 1);
    speak_for(&mut connection, &org, &ben, "MAINTAINER").await;
    for table in TENANT_TABLES {
        assert!(
            count(&mut connection, table).await > 0,
            "{table} shows nothing to a member, so this test shows nothing"
        );
    }
    connection.close_on_drop();
}

/// Of these a reporter has the rows of their own issues; of others' texts there are none, whatever a statement asks for.
const REPORTERS: &[&str] = &["issues", "comments", "attachments", "events", "issue_links", "spells"];

/// What belongs to a browser instead of an organization, and is found by a random name with the hash of its own cookie.
const BROWSERS: &[&str] = &["flashes"];

async fn speak_as(connection: &mut PgConnection, world: &World, viewer: &Viewer) {
    let org =
        world.app.owner_count(&format!("SELECT id FROM organizations WHERE slug = '{}'", viewer.org)).await;
    let user = world.id(viewer.name.split('@').next().unwrap());
    let found = format!("SELECT role FROM memberships WHERE org_id = {org} AND user_id = {user}");
    speak_for(connection, &org.to_string(), &user.to_string(), "").await;
    let role: String =
        sqlx::query_scalar(sqlx::AssertSqlSafe(found)).fetch_one(&mut *connection).await.unwrap();
    speak_for(connection, &org.to_string(), &user.to_string(), &role).await;
}

#[tokio::test]
async fn no_row_of_any_table_crosses_to_another_organization_or_reporter() {
    let world = World::new().await;
    let tables: BTreeSet<_> = world.app.text_columns().await.into_iter().map(|(table, _)| table).collect();
    let mut connection = world.app.app.db.app.acquire().await.unwrap();
    for viewer in world.viewers.iter().filter(|viewer| viewer.name != "nobody") {
        speak_as(&mut connection, &world, viewer).await;
        let mut own = 0;
        for table in tables.iter().filter(|table| !BROWSERS.contains(&table.as_str())) {
            let sql = format!("SELECT coalesce(string_agg(t::text, ' '), '') FROM \"{table}\" t");
            let rows: Result<String, _> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *connection).await;
            let rows = match rows {
                Ok(rows) => rows,
                Err(error) if error.to_string().contains("permission denied") => continue,
                Err(error) => panic!("{table}: {error}"),
            };
            let reporters = REPORTERS.contains(&table.as_str());
            let foreign = world.marks.foreign(viewer.name).filter(|mark| reporters || mark.org != viewer.org);
            // Somebody who is a member of both is a member of both.
            let foreign: Vec<_> =
                found(foreign, &rows).into_iter().filter(|what| !what.ends_with(" of bo")).collect();
            assert_eq!(foreign, Vec::<&str>::new(), "{table} to {}", viewer.name);
            own += found(world.marks.own(viewer.name), &rows).len();
        }
        assert!(own > 5, "{} sees nothing, so this test shows nothing", viewer.name);
    }
    connection.close_on_drop();
}

#[tokio::test]
async fn nothing_is_written_across_the_wall() {
    let world = World::new().await;
    let mut connection = world.app.app.db.app.acquire().await.unwrap();
    let main = world.app.owner_count("SELECT id FROM organizations WHERE slug = 'main'").await;
    let count = format!("SELECT count(*) FROM issues WHERE org_id <> {main}");
    let theirs = world.app.owner_count(&count).await as u64;
    let eve = world.viewers.iter().find(|viewer| viewer.name == "eve@farnorth").unwrap();
    speak_as(&mut connection, &world, eve).await;
    for (table, sql) in [
        ("issues", "UPDATE issues SET version = version"),
        ("projects", "UPDATE projects SET next_number = next_number"),
        ("org_heads", "UPDATE org_heads SET seq = seq"),
    ] {
        let changed = sqlx::query(sql).execute(&mut *connection).await.unwrap().rows_affected();
        assert_eq!(changed, if table == "issues" { theirs } else { 1 }, "{table}");
    }
    for sql in [
        format!("INSERT INTO tags (org_id, name) VALUES ({main}, 'evil')"),
        format!(
            "INSERT INTO projects (org_id, key, name, created_at) VALUES ({main}, 'EVIL', 'Evil', now())"
        ),
        format!(
            "INSERT INTO comments (org_id, issue_id, author_id, body, body_html, created_at) VALUES ({main}, 1, 1, 'x', 'x', now())"
        ),
        format!("INSERT INTO issue_tags (org_id, issue_id, tag_id) VALUES ({main}, 1, 1)"),
        format!(
            "INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, kind, version, payload)
                 VALUES ({main}, 9999, now(), now(), 1, 'PERSON', 'evil', 1, '{{}}')"
        ),
    ] {
        let error =
            sqlx::query(sqlx::AssertSqlSafe(sql.clone())).execute(&mut *connection).await.unwrap_err();
        assert!(error.to_string().contains("row-level security"), "{sql}: {error}");
    }
    connection.close_on_drop();
}

#[tokio::test]
async fn the_log_cannot_be_changed_and_passwords_are_not_the_systems() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    for sql in [
        "UPDATE events SET kind = 'x'",
        "DELETE FROM events",
        "TRUNCATE events",
        "DELETE FROM issues",
        "UPDATE memberships SET role = 'ADMIN'",
        "SELECT * FROM mail_tokens",
        "UPDATE users SET email = 'x@example.org'",
        "UPDATE users SET verified_at = now()",
        "UPDATE address_changes SET old_confirmed_at = now()",
        "SELECT * FROM search_texts",
        "SELECT * FROM tracker_hits(1, NULL, 'any', 1)",
        "SELECT tracker_guess(1, NULL, 'any', 1)",
        "UPDATE stock SET count = 0",
        "UPDATE tokens SET scopes = '{ADMIN}'",
        "DELETE FROM attempts",
        "DELETE FROM attachments",
        "UPDATE attachments SET state = 'CLEAN'",
    ] {
        let error = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&app.app.db.app).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{sql}: {error}");
    }
    let error = sqlx::query("SELECT * FROM credentials").execute(&app.app.db.system).await.unwrap_err();
    assert!(error.to_string().contains("permission denied"), "{error}");
}

#[tokio::test]
async fn every_table_with_an_organization_is_behind_the_wall() {
    let app = TestApp::start().await;
    let open = app
        .owner_count(
            "SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
             WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity",
        )
        .await;
    assert_eq!(open, 0);
    let late = app
        .owner_count(
            "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
             WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace AND i.indkey[0] <> a.attnum",
        )
        .await;
    assert_eq!(late, 0, "org_id comes first in every key");
}

#[tokio::test]
async fn a_role_that_bypasses_the_wall_is_refused_at_start() {
    let superuser = std::env::var("TEST_SUPERUSER_URL").unwrap();
    let pool = sqlx::PgPool::connect(&superuser).await.unwrap();
    let error = refuse_unbound(&pool).await.unwrap_err();
    assert!(error.to_string().contains("bypasses row-level security"), "{error}");
    let app = TestApp::start().await;
    refuse_unbound(&app.app.db.app).await.unwrap();
}
