//! `tracker doctor`: says whether an installation is well, and what to do where it is not.

use clap::Args;

use super::{Failure, term};
use crate::{
    config::{Config, Problems},
    doctor::{Level, Report, examine, look_at_files, unreadable},
    logging,
    state::SystemClock,
    storage::ConnectError,
};

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    /// Read every attached file too, and compare it with its hash.
    #[arg(long)]
    files: bool,
}

impl Doctor {
    /// Settings that cannot be read are a finding too, so it reads them itself.
    pub(super) async fn run(self, config: Result<Config, Problems>) -> Result<(), Failure> {
        let report = match config {
            Ok(config) => {
                logging::start_patient(&config.log);
                let words = |error: &ConnectError| {
                    Failure::database(&config, error).lines().collect::<Vec<_>>().join("; ")
                };
                let mut report = examine(&config, &SystemClock, words).await;
                if self.files {
                    look_at_files(&config, &mut report).await;
                }
                report
            }
            Err(problems) => unreadable(&problems),
        };
        term::say(&if self.json { json(&report)? } else { table(&report) });
        // All has been said: the exit code says the rest.
        if report.is_well() { Ok(()) } else { Err(Failure::from(Problems(Vec::new()))) }
    }
}

fn json(report: &Report) -> Result<String, Failure> {
    serde_json::to_string_pretty(report).map_err(Failure::new)
}

fn table(report: &Report) -> String {
    let mut text = String::new();
    for check in &report.checks {
        let mut findings = report.findings.iter().filter(|finding| finding.check == *check).peekable();
        if findings.peek().is_none() {
            text += &format!("ok       {check}\n");
        }
        for finding in findings {
            let level = if finding.level == Level::Problem { "PROBLEM" } else { "risk" };
            let times = if finding.count > 1 { format!(" ({})", finding.count) } else { String::new() };
            text += &format!("{level:<8} {check}: {}{times}\n", finding.what);
            for example in &finding.examples {
                text += &format!("           {example}\n");
            }
            if finding.count > finding.examples.len() as i64 && !finding.examples.is_empty() {
                text += &format!("           and {} more\n", finding.count - finding.examples.len() as i64);
            }
            text += &format!("         → {}\n", finding.advice);
        }
    }
    let problems = report.findings.iter().filter(|finding| finding.level == Level::Problem).count();
    let risks = report.findings.len() - problems;
    text + &format!("\n{} questions, {problems} problems, {risks} risks", report.checks.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_as_a_table_and_as_json() {
        let report = unreadable(&Problems(vec!["TRACKER_ORG must be …".to_owned()]));
        let expected = "PROBLEM  settings: TRACKER_ORG must be …\n         → correct the setting; docs/configuration.md has them all\n\n1 questions, 1 problems, 0 risks";
        assert_eq!(table(&report), expected);
        let value: serde_json::Value = serde_json::from_str(&json(&report).unwrap()).unwrap();
        assert_eq!(
            (&value["findings"][0]["level"], &value["checks"][0]),
            (&"PROBLEM".into(), &"settings".into())
        );
        let well = Report { checks: vec!["log"], findings: vec![] };
        assert_eq!(table(&well), "ok       log\n\n1 questions, 0 problems, 0 risks");
    }
}
