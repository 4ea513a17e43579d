//! The pages before sign-in.

mod invitation;
mod links;
mod passkey;
mod providers;
mod second;

pub use invitation::InvitationPage;
use leptos::prelude::*;
use leptos_meta::Title;
use links::ForgotLink;
pub use links::{ForgotPage, ResetPage, VerifyPage};
pub use passkey::PasskeyButton;
use providers::ContinueWith;
pub use providers::FailedPage;
pub use second::{PasskeySignIn, SecondStepPage};
use tracker_domain::account::{Door as DoorView, MIN_PASSWORD_CHARS};

use crate::{
    api::{ApiError, SignIn, SignUp, view_door},
    ui::{
        After, ApiForm, Door, ErrorPage, Field, Submit, dom, endpoint, flash_id, page_data, provide_flash,
        settled,
    },
};

/// `/login`
#[component]
pub fn LoginPage() -> impl IntoView {
    at_the_door(|door| {
        let text = if door.first {
            "There is no account yet. Whoever creates the first one runs the place."
        } else {
            "Report, follow and understand issues together."
        };
        view! {
            <Title text="Sign in"/>
            <Door title=format!("Sign in to {}", door.org_name) text=text>
                <ApiForm to={endpoint::<SignIn>()} after=After::Load>
                    <Field label="Email" name="email" kind="email" autocomplete="username"/>
                    <Field label="Password" name="password" kind="password" autocomplete="current-password"/>
                    <Submit label="Sign in" class="btn primary wide"/>
                </ApiForm>
                <ForgotLink/>
                <ContinueWith providers=door.providers/>
                {door.passkeys.then(|| view! { <PasskeySignIn label="Sign in with a passkey"/> })}
                {door.signup_open.then(|| view! {
                    <p class="dim foot">"No account? " <a class="link" href="/signup">"Create one"</a></p>
                })}
            </Door>
        }
        .into_any()
    })
}

/// `/signup`
#[component]
pub fn SignupPage() -> impl IntoView {
    at_the_door(|door| {
        let have_one = view! { <p class="dim foot">"You have an account? " <a class="link" href="/login">"Sign in"</a></p> };
        if !door.signup_open {
            return view! {
                <Title text="Create your account"/>
                <Door title="Sign-up is closed" text="Ask an admin for an invitation.">{have_one}</Door>
            }
            .into_any();
        }
        let text = if door.first {
            format!("You are the first: you become the admin of {}.", door.org_name)
        } else {
            format!("Join {} to report issues and follow them.", door.org_name)
        };
        view! {
            <Title text="Create your account"/>
            <Door title="Create your account" text=text>
                <ApiForm to={endpoint::<SignUp>()} after=After::Load>
                    <Field label="Name" name="name" autocomplete="name"/>
                    <Field label="Email" name="email" kind="email" autocomplete="username"/>
                    <Field
                        label="Password" name="password" kind="password" autocomplete="new-password"
                        hint=format!("At least {MIN_PASSWORD_CHARS} characters; a sentence is easy to remember.")
                    />
                    <Submit label="Create account" class="btn primary wide"/>
                </ApiForm>
                <ContinueWith providers=door.providers/>
                {have_one}
            </Door>
        }
        .into_any()
    })
}

fn at_the_door(page: fn(DoorView) -> AnyView) -> impl IntoView {
    let door = page_data(flash_id, view_door);
    let show = move |answer: Result<DoorView, ApiError>| match answer {
        Ok(door) => {
            provide_flash(door.flash.clone());
            // Whoever is signed in already belongs inside.
            if let Some(home) = door.home.clone() {
                Effect::new(move |_| dom::go(&home));
            }
            page(door)
        }
        Err(error) => view! { <ErrorPage error=error.0/> }.into_any(),
    };
    view! { <Suspense>{move || Suspend::new(async move { show(settled(door).await) })}</Suspense> }
}
