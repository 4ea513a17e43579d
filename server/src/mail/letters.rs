//! What mails say: plain functions from facts to a [`Letter`]. Each is written once and told twice, as text and as HTML.
//!
//! Names and addresses are what people typed: they are escaped in the HTML, and never more than a part of a sentence.

use tracker_domain::{org::Role, text::Email};

use super::Letter;

/// What stands in every mail.
#[derive(Debug, Clone)]
pub struct Facts {
    /// To whom.
    pub to: Email,
    /// How the person is called, as far as we know.
    pub name: String,
    /// Where the tracker is.
    pub site: String,
}

/// Asks to confirm an address.
pub fn verify(facts: &Facts, link: &str) -> Letter {
    let lines = ["Confirm that this address is yours:".to_owned()];
    let end = "The link is good for 24 hours. If you did not create an account, do nothing.";
    letter(facts, "Confirm your address", &lines, Some(("Confirm your address", link)), end)
}

/// Lets somebody set a password anew.
pub fn reset(facts: &Facts, link: &str) -> Letter {
    let lines =
        ["Somebody asked to set a new password for your account. If it was you, go on here:".to_owned()];
    let end =
        "The link is good for one hour and works once. If it was not you, do nothing: your password stays.";
    letter(facts, "Set a new password", &lines, Some(("Set a new password", link)), end)
}

/// Tells that the password is another one.
pub fn password_changed(facts: &Facts) -> Letter {
    let lines = ["The password of your account was changed, and its other sessions were ended.".to_owned()];
    let forgot = format!("{}/forgot", facts.site);
    let end = "If it was not you, set a new one at once:";
    letter(facts, "Your password was changed", &lines, None, &format!("{end} {forgot}"))
}

/// Tells the owner of an account that somebody tried to make another one with their address.
pub fn has_account(facts: &Facts) -> Letter {
    let lines = ["Somebody tried to use this address for an account. It has one already: sign in, or set a new password if you forgot it.".to_owned()];
    let link = format!("{}/login", facts.site);
    let end = "If it was not you, do nothing: nobody was let in.";
    letter(facts, "You have an account already", &lines, Some(("Sign in", &link)), end)
}

/// Asks the new address of a change.
pub fn change_new(facts: &Facts, link: &str) -> Letter {
    let lines = ["This shall become the address of your account. Confirm that it is yours:".to_owned()];
    let end = "The link is good for 24 hours. If you did not ask for this, do nothing.";
    letter(facts, "Confirm your new address", &lines, Some(("Confirm this address", link)), end)
}

/// Asks the old address of a change.
pub fn change_old(facts: &Facts, new: &str, link: &str) -> Letter {
    let lines = [format!(
        "Somebody who knows your password asked to change the address of your account to {new}. If it was you, agree here:"
    )];
    let end = "The link is good for 24 hours; without it nothing changes. If it was not you, change your password at once.";
    letter(facts, "Change of your address", &lines, Some(("Agree to the change", link)), end)
}

/// Tells the old address that the change is done.
pub fn address_changed(facts: &Facts, new: &str) -> Letter {
    let lines = [format!("The address of your account is {new} now. Nothing is sent to this one any more.")];
    let end = "If it was not you, ask the admins of your tracker for help.";
    letter(facts, "Your address was changed", &lines, None, end)
}

/// Invites somebody.
pub fn invitation(facts: &Facts, (org, by, role): (&str, Option<&str>, Role), link: &str) -> Letter {
    let who = by.map_or_else(|| "You are invited".to_owned(), |by| format!("{by} invites you"));
    let lines = [format!("{who} to {org} as {}.", role.label().to_lowercase())];
    let end =
        "The link is good for seven days and works once. If you do not know what this is about, do nothing.";
    letter(facts, &format!("Invitation to {org}"), &lines, Some(("Accept the invitation", link)), end)
}

fn letter(facts: &Facts, subject: &str, lines: &[String], link: Option<(&str, &str)>, end: &str) -> Letter {
    let greeting = if facts.name.is_empty() { "Hello,".to_owned() } else { format!("Hello {},", facts.name) };
    let foot = format!("This mail was sent by the tracker at {}.", facts.site);
    let mut text = format!("{greeting}\n\n{}\n", lines.join("\n\n"));
    let mut html = format!("<p>{}</p>", escape(&greeting));
    lines.iter().for_each(|line| html += &format!("\n<p>{}</p>", escape(line)));
    if let Some((label, link)) = link {
        text += &format!("\n{link}\n");
        html += &format!("\n<p><a href=\"{}\">{}</a></p>", escape(link), escape(label));
    }
    text += &format!("\n{end}\n\n-- \n{foot}\n");
    html += &format!("\n<p>{}</p>\n<p><small>{}</small></p>", escape(end), escape(&foot));
    let html = format!("<!DOCTYPE html>\n<html lang=\"en\">\n<body>\n{html}\n</body>\n</html>\n");
    Letter { to: facts.to.clone(), subject: subject.to_owned(), text, html }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(name: &str) -> Facts {
        Facts {
            to: Email::parse("ana@example.org").unwrap(),
            name: name.to_owned(),
            site: "https://issues.example.org".to_owned(),
        }
    }

    #[test]
    fn a_letter_says_the_same_in_both_forms() {
        let link = "https://issues.example.org/invitation?token=abc";
        let letter = invitation(&facts("Ana Ribeiro"), ("Acme", Some("Max"), Role::Maintainer), link);
        insta::assert_snapshot!(format!("{}\n\n{}\n{}", letter.subject, letter.text, letter.html));
    }

    #[test]
    fn what_people_typed_stays_text() {
        let evil = "<img src=x onerror=\"alert(1)\"> & Co";
        let letter =
            invitation(&facts(evil), (evil, Some(evil), Role::Reporter), "https://x.example/?a=1&b=\"2\"");
        assert!(!letter.html.contains("<img") && letter.html.contains("&lt;img src=x onerror=&quot;"));
        assert!(letter.html.contains("href=\"https://x.example/?a=1&amp;b=&quot;2&quot;\""));
        assert!(letter.text.contains(evil));
    }
}
