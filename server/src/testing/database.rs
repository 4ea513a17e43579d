//! A database for one test, copied from a template that has the migrations and the queue of jobs.
//!
//! `TEST_DATABASE_URL` names a role that may create databases and roles; `./test it` starts a server that has one.

use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions};
use std::str::FromStr;
use tracker_domain::text::Secret;

use crate::{session::random_text, storage};

/// Any number that nobody else takes.
const TEMPLATE_LOCK: i64 = 7_331_001;

fn with_database(url: &str, name: &str) -> String {
    let (rest, query) =
        url.split_once('?').map_or((url, String::new()), |(rest, query)| (rest, format!("?{query}")));
    let (server, _) = rest.rsplit_once('/').unwrap();
    format!("{server}/{name}{query}")
}

/// The template's name says which migrations it has, so that an old one is never taken.
fn template_name() -> String {
    let sum = storage::MIGRATOR.iter().fold(0_u64, |sum, migration| {
        migration.checksum.iter().fold(sum, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)))
    });
    format!("tracker_template_{sum:x}")
}

async fn make_template(url: &str, connection: &mut PgConnection) -> String {
    let name = template_name();
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *connection).await.unwrap();
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    if !exists {
        let unfinished = format!("{name}_{}", std::process::id());
        run(connection, format!("CREATE DATABASE {unfinished}")).await;
        let empty = Secret::new(with_database(url, &unfinished));
        storage::migrate(&empty).await.unwrap();
        storage::jobs::migrate(&empty).await.unwrap();
        run(connection, format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(&mut *connection).await.unwrap();
    name
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// A new database with the present schema; its URL as the owner.
pub(super) async fn create() -> Secret {
    let Ok(url) = std::env::var("TEST_DATABASE_URL") else {
        panic!("TEST_DATABASE_URL is not set: run `./test it`, which starts a PostgreSQL for the tests");
    };
    let options = PgConnectOptions::from_str(&url).unwrap();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let template = make_template(&url, &mut connection).await;
    let name = format!("t_{}", random_text(9).to_lowercase().replace('-', "_"));
    run(&mut connection, format!("CREATE DATABASE \"{name}\" TEMPLATE {template}")).await;
    connection.close().await.unwrap();
    Secret::new(with_database(&url, &name))
}
