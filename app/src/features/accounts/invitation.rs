//! `/invitation?token=…`: who invites to what, and what the invited person has to do.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    invitation::{Offer, OfferView, Step},
    text::Secret,
};

use super::links::{NewPassword, SignInLink, token};
use crate::{
    api::{AcceptInvitation, ApiError, SignOut, view_offer},
    ui::{
        After, ApiForm, Door, ErrorPage, Field, Hidden, Submit, endpoint, flash_id, page_data, provide_flash,
        settled,
    },
};

/// See the module.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let view = page_data(|| (token(), flash_id()), |(token, flash)| view_offer(Secret::new(token), flash));
    let show = move |answer: Result<OfferView, ApiError>| match answer {
        Ok(OfferView { offer, flash }) => {
            provide_flash(flash);
            offer.map_or_else(|| view! { <Over/> }.into_any(), |offer| view! { <Invited offer/> }.into_any())
        }
        Err(error) => view! { <ErrorPage error=error.0/> }.into_any(),
    };
    view! { <Suspense>{move || Suspend::new(async move { show(settled(view).await) })}</Suspense> }
}

/// It is over; which of the reasons it is, nobody learns.
#[component]
fn Over() -> impl IntoView {
    view! {
        <Title text="This invitation is over"/>
        <Door
            title="This invitation is over"
            text="It was accepted, taken back, or is older than seven days. Ask whoever invited you for another one."
        >
            <SignInLink/>
        </Door>
    }
}

#[component]
fn Invited(offer: Offer) -> impl IntoView {
    let Offer { org_name, by, role, email, step } = offer;
    let who = by.map_or_else(|| "You are invited".to_owned(), |by| format!("{by} invites you"));
    view! {
        <Title text=format!("Join {org_name}")/>
        <Door title=format!("Join {org_name}") text=format!("{who} as {}.", role.label())>
            {steps(step, email)}
        </Door>
    }
    .into_any()
}

fn steps(step: Step, email: String) -> AnyView {
    match step {
        Step::Join => accept(Box::new(move || {
            view! {
                <p class="dim">"Your account will have the address " {email} "."</p>
                <Field label="Name" name="name" autocomplete="name"/>
                <NewPassword/>
            }
            .into_any()
        })),
        Step::Claim(name) => accept(Box::new(move || {
            view! {
                <p class="dim">"You take over what " <b>{name}</b> " did here, with the address " {email} "."</p>
                <NewPassword/>
            }
            .into_any()
        })),
        Step::Accept => accept(Box::new(move || {
            view! { <p class="dim">"You are signed in as " {email} "."</p> }.into_any()
        })),
        Step::SignIn => view! {
            <p class="dim">{email} " has an account. Sign in with it, then open the link of the mail again."</p>
            <SignInLink/>
        }
        .into_any(),
        Step::Other(other) => view! {
            <p class="dim">"You are signed in as " {other} ", and the invitation is for " {email} ". Sign out, then open the link of the mail again."</p>
            <ApiForm to={endpoint::<SignOut>()} after=After::Load>
                <Submit label="Sign out" class="btn wide"/>
            </ApiForm>
        }
        .into_any(),
        Step::Taken(name) => view! {
            <p class="dim">{email} " has an account already, so it cannot take over " {name} ". Ask for an invitation that claims nobody."</p>
        }
        .into_any(),
    }
}

/// The fields are made inside of the form, which tells them what was typed and refused.
fn accept(fields: Children) -> AnyView {
    view! {
        <ApiForm to={endpoint::<AcceptInvitation>()} after=After::Load>
            <Hidden name="token" value=Signal::stored(token())/>
            {fields()}
            <Submit label="Accept" class="btn primary wide"/>
        </ApiForm>
    }
    .into_any()
}
