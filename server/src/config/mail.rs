//! Mail: where it goes out, from whom, and whether addresses must be proved.

use lettre::{AsyncSmtpTransport, Tokio1Executor, message::Mailbox};
use std::path::PathBuf;
use tracker_domain::text::Secret;

use super::{
    Data, Environment, Web,
    reader::{Reader, Setting},
};

/// How mail leaves.
#[derive(Debug, Clone)]
pub enum MailWay {
    /// By a mail server, at an address that says how.
    Smtp(Secret),
    /// Into a folder, one `.eml` file each.
    Folder(PathBuf),
    /// Not at all.
    Nowhere,
}

/// The section.
#[derive(Debug, Clone)]
pub struct Mail {
    /// How it leaves.
    pub way: MailWay,
    /// Who sends it; there is always one once the settings were accepted.
    pub from: Option<Mailbox>,
    /// Whether one must prove one's address before one may sign in.
    pub verify: bool,
}

const URL: Setting = Setting::secret(
    "TRACKER_MAIL_URL",
    "in development `file:` and the folder `mail` in the data folder; in production no mail goes out",
    "`smtp://user:password@host:587` (STARTTLS, demanded unless the host is this machine or `?tls=none` says so), `smtps://user:password@host:465` (TLS from the first byte), or `file:FOLDER`, which writes `.eml` files.",
);
const FROM: Setting = Setting::new(
    "TRACKER_MAIL_FROM",
    "`tracker@` and the host of the public URL",
    "Who mails come from: `Our tracker <tracker@example.org>`. The mail server must allow it.",
);
const VERIFY: Setting = Setting::new(
    "TRACKER_VERIFY",
    "optional",
    "`required`: an address must be confirmed by the link of a mail before one may sign in. `optional`: one is asked to.",
);
pub(super) const SETTINGS: &[Setting] = &[URL, FROM, VERIFY];

impl Mail {
    pub(super) fn read(reader: &mut Reader, environment: Environment, data: &Data, web: &Web) -> Self {
        let way = match (reader.secret(&URL), environment) {
            (Some(url), _) => way(&url).unwrap_or_else(|| {
                reader.problem(&URL, "must be smtp://…, smtps://… or file:FOLDER");
                MailWay::Nowhere
            }),
            (None, Environment::Development) => MailWay::Folder(data.dir.join("mail")),
            (None, Environment::Production) => MailWay::Nowhere,
        };
        let verify = reader.choice(&VERIFY, false, &[("optional", false), ("required", true)]);
        if verify && matches!(way, MailWay::Nowhere) {
            reader.problem(&VERIFY, "can be required only where mail goes out: set TRACKER_MAIL_URL");
        }
        let from =
            reader.parse(&FROM, sender(&web.public_url), "an address like tracker@example.org", |text| {
                text.parse().ok().map(Some)
            });
        Self { way, from, verify }
    }
}

fn way(url: &Secret) -> Option<MailWay> {
    if let Some(folder) = url.reveal().strip_prefix("file:") {
        let folder = folder.strip_prefix("//").unwrap_or(folder);
        return (!folder.is_empty()).then(|| MailWay::Folder(folder.into()));
    }
    let url = demand_tls(url.reveal())?;
    AsyncSmtpTransport::<Tokio1Executor>::from_url(&url).ok().map(|_| MailWay::Smtp(Secret::new(url)))
}

/// A password and a link to set one must not travel in the clear: `smtp` to another machine is with STARTTLS unless
/// somebody said otherwise.
fn demand_tls(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    let host = uri.host().filter(|host| !host.is_empty())?;
    let query = uri.query().unwrap_or_default();
    match uri.scheme_str()? {
        "smtps" => Some(url.to_owned()),
        "smtp" if query == "tls=none" => Some(url.replace("?tls=none", "")),
        "smtp" if query.is_empty() && !is_here(host) => {
            Some(format!("{}?tls=required", url.trim_end_matches(['/', '?'])))
        }
        "smtp" => Some(url.to_owned()),
        _ => None,
    }
}

fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn sender(public_url: &str) -> Option<Mailbox> {
    let uri: Option<http::Uri> = public_url.parse().ok();
    let host = uri.as_ref().and_then(|uri| uri.host()).unwrap_or_default();
    let named = format!("tracker@{host}").parse().or_else(|_| "tracker@localhost".parse());
    Some(Mailbox::new(Some("Issues & Insights".to_owned()), named.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(url: &str) -> Option<String> {
        match way(&Secret::new(url))? {
            MailWay::Smtp(url) => Some(url.reveal().to_owned()),
            _ => None,
        }
    }

    #[test]
    fn what_leaves_this_machine_is_encrypted_unless_somebody_said_otherwise() {
        let far = smtp("smtp://u:p@mail.example.org:587").unwrap();
        assert_eq!(far, "smtp://u:p@mail.example.org:587?tls=required");
        assert_eq!(smtp("smtp://127.0.0.1:2525").unwrap(), "smtp://127.0.0.1:2525");
        assert_eq!(smtp("smtp://mail:25?tls=none").unwrap(), "smtp://mail:25");
        assert_eq!(smtp("smtps://u:p@mail.example.org").unwrap(), "smtps://u:p@mail.example.org");
        for wrong in ["mail.example.org", "http://mail", "smtp://", "file:", "smtp://mail?tls=maybe"] {
            assert!(way(&Secret::new(wrong)).is_none(), "{wrong}");
        }
        let Some(MailWay::Folder(folder)) = way(&Secret::new("file:///var/mail")) else {
            panic!("no folder")
        };
        assert_eq!(folder, PathBuf::from("/var/mail"));
    }

    #[test]
    fn mail_comes_from_the_host_that_people_know() {
        assert_eq!(
            sender("https://issues.example.org").unwrap().email.to_string(),
            "tracker@issues.example.org"
        );
        assert_eq!(sender("http://127.0.0.1:3000").unwrap().email.to_string(), "tracker@127.0.0.1");
        assert_eq!(sender("nonsense nonsense").unwrap().email.to_string(), "tracker@localhost");
    }
}
