//! Where the links of mails lead: `/forgot`, `/reset`, `/verify`. Opening a page changes nothing, for mail programs and
//! their guards open links by themselves; its one button does.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use tracker_domain::{
    account::MIN_PASSWORD_CHARS,
    profile::{Link, LinkKind, LinkView, Milestone},
    text::Secret,
};

use super::at_the_door;
use crate::{
    api::{ApiError, ConfirmAddress, ForgotPassword, ResetPassword, view_link},
    ui::{
        After, ApiForm, Door, ErrorPage, Field, Hidden, Submit, endpoint, flash_id, page_data, provide_flash,
        settled,
    },
};

/// The way to a new password, on the page of signing in.
#[component]
pub(super) fn ForgotLink() -> impl IntoView {
    view! { <p class="dim foot"><a class="link" href="/forgot">"Forgot your password?"</a></p> }
}

/// The token in the address.
pub(super) fn token() -> String {
    query("token")
}

fn query(name: &'static str) -> String {
    use_query_map().with_untracked(|query| query.get(name)).unwrap_or_default()
}

/// `/forgot`
#[component]
pub fn ForgotPage() -> impl IntoView {
    at_the_door(|_| {
        view! {
            <Title text="Forgot your password?"/>
            <Door title="Forgot your password?" text="Write the address of your account. A link to set a new password is sent there.">
                <ApiForm to={endpoint::<ForgotPassword>()} after=After::Load>
                    <Field label="Email" name="email" kind="email" autocomplete="username"/>
                    <Submit label="Send link" class="btn primary wide"/>
                </ApiForm>
                <SignInLink/>
            </Door>
        }
        .into_any()
    })
}

/// `/reset?token=…`
#[component]
pub fn ResetPage() -> impl IntoView {
    at_a_link(|link| {
        match link {
        Some(Link { kind: LinkKind::Reset, address }) => view! {
            <Title text="Set a new password"/>
            <Door title="Set a new password" text=format!("For {address}. Every session of the account ends.")>
                <ApiForm to={endpoint::<ResetPassword>()} after=After::Load>
                    <Hidden name="token" value=Signal::stored(token())/>
                    <NewPassword/>
                    <Submit label="Set password" class="btn primary wide"/>
                </ApiForm>
            </Door>
        }
        .into_any(),
        _ => view! {
            <OldLink text="A link to set a password is good for one hour and works once."/>
        }
        .into_any(),
    }
    })
}

/// `/verify?token=…`, and `/verify?done=…` after one of these pages was done.
#[component]
pub fn VerifyPage() -> impl IntoView {
    if let Ok(done) = query("done").parse::<Milestone>() {
        return view! { <Done done/> }.into_any();
    }
    at_a_link(|link| {
        let (title, text) = match link {
            Some(Link { kind: LinkKind::Verify, address }) => {
                ("Confirm your address", format!("Is {address} yours?"))
            }
            Some(Link { kind: LinkKind::ChangeNew, address }) => {
                ("Confirm your new address", format!("{address} becomes the address of your account once both addresses have agreed."))
            }
            Some(Link { kind: LinkKind::ChangeOld, address }) => {
                ("Agree to your new address", format!("{address} will not be the address of your account any more."))
            }
            _ => return view! {
                <OldLink text="A link to confirm an address is good for 24 hours and works once. Your profile page sends another one."/>
            }
            .into_any(),
        };
        view! {
            <Title text=title/>
            <Door title text>
                <ApiForm to={endpoint::<ConfirmAddress>()} after=After::Load>
                    <Hidden name="token" value=Signal::stored(token())/>
                    <Submit label="Confirm" class="btn primary wide"/>
                </ApiForm>
            </Door>
        }
        .into_any()
    })
    .into_any()
}

/// What was done, and how it goes on.
#[component]
fn Done(done: Milestone) -> impl IntoView {
    let text = match done {
        Milestone::LinkSent => {
            "If this address has an account, a link to set a new password is on its way there. It is good for one hour."
        }
        Milestone::ConfirmFirst => "A link is on its way to you. Open it, then sign in.",
        Milestone::Verified => "Thank you. You can go on.",
        Milestone::Half => {
            "The other address has got a mail too. The change is done when both have agreed within 24 hours."
        }
        Milestone::AddressChanged => "Sign in with the new address from now on.",
        Milestone::PasswordSet => "Every session of your account has ended. Sign in with the new password.",
    };
    view! {
        <Title text=done.label()/>
        <Door title=done.label() text>
            <p class="dim foot"><a class="link" href="/" rel="external">"Go on"</a></p>
        </Door>
    }
}

/// A link that is not good; which of the reasons it is, nobody learns.
#[component]
fn OldLink(text: &'static str) -> impl IntoView {
    view! {
        <Title text="This link is over"/>
        <Door title="This link is over" text>
            <ForgotLink/>
            <SignInLink/>
        </Door>
    }
}

#[component]
pub(super) fn SignInLink() -> impl IntoView {
    view! { <p class="dim foot"><a class="link" href="/login">"Sign in"</a></p> }
}

/// A password that is chosen.
#[component]
pub(super) fn NewPassword() -> impl IntoView {
    view! {
        <Field
            label="Password" name="password" kind="password" autocomplete="new-password"
            hint=format!("At least {MIN_PASSWORD_CHARS} characters; a sentence is easy to remember.")
        />
    }
}

fn at_a_link(page: fn(Option<Link>) -> AnyView) -> impl IntoView {
    let view = page_data(|| (token(), flash_id()), |(token, flash)| view_link(Secret::new(token), flash));
    let show = move |answer: Result<LinkView, ApiError>| match answer {
        Ok(LinkView { link, flash }) => {
            provide_flash(flash);
            page(link)
        }
        Err(error) => view! { <ErrorPage error=error.0/> }.into_any(),
    };
    view! { <Suspense>{move || Suspend::new(async move { show(settled(view).await) })}</Suspense> }
}
