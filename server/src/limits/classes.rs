//! Which function is limited how. What is not in the table is not limited by address: it asks for a session first, or
//! for a token, which has a limit of its own.

/// What makes a function worth limiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A proof of identity is tried: by address.
    Proof,
    /// An account is made: by address, a third as often.
    Account,
    /// A mail is sent to somebody who did not ask for it: by address, a third as often, and five an hour to one mailbox.
    Mail,
}

/// The functions that are limited.
const CLASSES: &[(&str, Class)] = &[
    ("accounts/ask_passkey", Class::Proof),
    ("accounts/confirm", Class::Proof),
    ("accounts/give_code", Class::Proof),
    ("accounts/give_passkey", Class::Proof),
    ("accounts/reset_password", Class::Proof),
    ("accounts/sign_in", Class::Proof),
    ("accounts/accept_invitation", Class::Account),
    ("accounts/sign_up", Class::Account),
    ("accounts/forgot", Class::Mail),
    ("accounts/send_verification", Class::Mail),
];

/// The class of a function, if it is limited.
pub fn class(endpoint: &str) -> Option<Class> {
    CLASSES.iter().find(|(known, _)| *known == endpoint).map(|(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_in_are_limited_and_work_is_not() {
        assert_eq!(class("accounts/sign_in"), Some(Class::Proof));
        assert_eq!(class("accounts/sign_up"), Some(Class::Account));
        assert_eq!(class("accounts/forgot"), Some(Class::Mail));
        assert_eq!(class("accounts/sign_out"), None);
        assert_eq!(class("issues/list"), None);
    }
}
