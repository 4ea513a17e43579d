//! The command line: what each command needs is put together here, from the settings to the exit code.
//!
//! To add a command, add a variant with its help and a module that does it. A command that cannot go on answers with a
//! [`Failure`]: one line for each reason, on standard error, and exit code 1.

mod admin;
mod demo;
mod doctor;
mod export;
mod failure;
mod files;
mod import;
mod invite;
mod ping;
mod serve;
mod start;
mod term;
mod worker;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
pub use failure::Failure;
pub use serve::{router, routes};
use std::process::ExitCode;

use crate::{
    config::{Config, settings},
    logging,
};

/// An issue tracker that is live and honest about the numbers.
#[derive(Debug, Parser)]
#[command(
    name = "tracker",
    version,
    after_help = "Examples:
  DATABASE_URL=postgres://localhost/tracker tracker serve
  tracker admin role ana@example.org MAINTAINER
  tracker import jira issues.json --map map.toml --report report.txt
  tracker export backup.jsonl.gz

`tracker --help` lists the settings too; docs/configuration.md explains them."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the web pages, and do the background work unless TRACKER_WORKER is false.
    ///
    /// Brings the database up to date first, unless TRACKER_MIGRATE is false. Ctrl-C or SIGTERM lets requests that
    /// are under way finish, then ends with 0.
    Serve,
    /// Do the background work alone: statistics and jobs. Any number of these may run.
    Worker,
    /// Bring the database up to date, then end. Safe to run at any time, also by two at once.
    Migrate,
    /// Fill an organization without issues with a team that never was, to look around or to measure.
    ///
    /// People, projects, issues and a coherent history, the same for the same seed. Written as a whole or not at all.
    /// From 20,000 issues on, others who use the database wait until it is done.
    Demo(demo::Demo),
    /// Say whether this installation is well, and what to do where it is not.
    ///
    /// Looks at settings, folders, database, roles, migrations, and whether issues and statistics are what the log says.
    /// It only reads, and may run beside the tracker. Ends with 1 when there is a problem.
    Doctor(doctor::Doctor),
    /// Bring issues with their whole history along, from elsewhere or from an export.
    ///
    /// The tracker may run meanwhile. What was taken stays taken: an import that was interrupted goes on when it is
    /// started again, and one that runs twice changes nothing the second time. docs/import.md explains it.
    #[command(subcommand)]
    Import(import::Import),
    /// Write everything of an organization as JSON Lines: people, projects, tags, issues, comments and the log.
    ///
    /// No password, no secret and no id of the database is in it. `tracker import dump` reads it again.
    Export(export::Export),
    /// Look after a running tracker: members, passwords, statistics.
    #[command(subcommand)]
    Admin(admin::Admin),
}

/// Reads the arguments and does what they say.
pub fn main() -> ExitCode {
    let matches = Cli::command().after_long_help(list_settings()).get_matches();
    let done = Cli::from_arg_matches(&matches).map_err(Failure::new).and_then(|cli| run(cli.command));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.lines().for_each(term::complain);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::new)?;
    if let Command::Doctor(doctor) = command {
        return runtime.block_on(doctor.run(Config::load()));
    }
    let config = Config::load()?;
    match command {
        Command::Serve | Command::Worker => logging::start(&config.log),
        _ => logging::start_patient(&config.log),
    }
    runtime.block_on(async {
        match command {
            Command::Serve => serve::run(config).await,
            Command::Worker => worker::run(config).await,
            Command::Migrate => start::migrate(&config).await,
            Command::Demo(command) => command.run(config).await,
            Command::Doctor(command) => command.run(Ok(config)).await,
            Command::Import(command) => command.run(config).await,
            Command::Export(command) => command.run(config).await,
            Command::Admin(command) => command.run(config).await,
        }
    })
}

fn list_settings() -> String {
    let mut text = String::from("Settings, as environment variables or in tracker.toml:\n");
    for setting in settings() {
        let file = if setting.secret { " (or the name of its file in the same with _FILE)" } else { "" };
        text += &format!(
            "\n  {}{file}\n      {}\n      default: {}\n",
            setting.name, setting.about, setting.default
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent_and_the_help_is_complete() {
        Cli::command().debug_assert();
        let help = Cli::command().after_long_help(list_settings()).render_long_help().to_string();
        for word in [
            "serve",
            "worker",
            "migrate",
            "import",
            "export",
            "demo",
            "doctor",
            "admin",
            "DATABASE_URL",
            "TRACKER_LISTEN",
        ] {
            assert!(help.contains(word), "{word}");
        }
    }
}
