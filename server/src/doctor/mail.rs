//! Whether mail goes out.

use std::time::Duration;
use tokio::time::timeout;

use super::{Level, Report};
use crate::{
    config::{Config, Environment, MailWay},
    mail::SmtpMailer,
};

/// How long a mail server may take to let us in.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn look(config: &Config, report: &mut Report) {
    report.look("mail");
    let production = config.environment == Environment::Production;
    match &config.mail.way {
        MailWay::Nowhere => report.find(
            Level::Risk,
            "no mail goes out: nobody can confirm an address, set a new password or be invited by mail",
            "set TRACKER_MAIL_URL; until then `tracker admin invite` and `tracker admin password` help",
        ),
        MailWay::Folder(folder) if production => report.find(
            Level::Risk,
            format!("mail is written into {} and reaches nobody", folder.display()),
            "set TRACKER_MAIL_URL to a mail server",
        ),
        MailWay::Folder(_) => {}
        MailWay::Smtp(url) => {
            if let Some(why) = refused(url, config).await {
                let advice =
                    "correct TRACKER_MAIL_URL or mend the mail server; mails wait for some hours meanwhile";
                report.find(Level::Problem, format!("the mail server does not let us in: {why}"), advice);
            }
        }
    }
}

async fn refused(url: &tracker_domain::text::Secret, config: &Config) -> Option<String> {
    let from = config.mail.from.clone()?;
    let mailer = match SmtpMailer::new(url, from) {
        Ok(mailer) => mailer,
        Err(error) => return Some(error.to_string()),
    };
    match timeout(PATIENCE, mailer.greet()).await {
        Ok(Ok(true)) => None,
        Ok(Ok(false)) => Some("it ended the conversation".to_owned()),
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("it does not answer".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;
    use std::path::Path;

    async fn found(settings: &[(&str, &str)]) -> Vec<(Level, String)> {
        let production = [
            ("DATABASE_URL", "postgres://tracker@localhost/tracker"),
            ("TRACKER_ENV", "production"),
            ("SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ];
        let all =
            production.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::read(Source::new(all, Path::new("none.toml"))).unwrap();
        let mut report = Report::default();
        look(&config, &mut report).await;
        report.findings.into_iter().map(|finding| (finding.level, finding.what)).collect()
    }

    #[tokio::test]
    async fn mail_that_reaches_nobody_is_a_risk_and_a_server_that_is_not_there_a_problem() {
        assert_eq!(found(&[("TRACKER_ENV", "development")]).await, []);
        for settings in [&[][..], &[("TRACKER_MAIL_URL", "file:/var/mail")][..]] {
            let found = found(settings).await;
            assert!(found.len() == 1 && found[0].0 == Level::Risk, "{found:?}");
        }
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url = format!("smtp://ana:hunter2@{nobody}");
        let found = found(&[("TRACKER_MAIL_URL", &url)]).await;
        assert!(found.len() == 1 && found[0].0 == Level::Problem, "{found:?}");
        assert!(!found[0].1.contains("hunter2"), "{found:?}");
    }
}
