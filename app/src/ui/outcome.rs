//! What a page shows when it cannot show itself, and how a page's answer becomes a page.

use leptos::prelude::*;
use leptos_meta::Title;
use std::{future::poll_fn, mem::replace, task::Poll};
use tracker_domain::{error::AppError, factor::factors_page, org::Framed};

use super::{dom, icon, provide_flash, whole::whole};
use crate::api::ApiError;

/// A page of an organization, or why there is none. The HTTP status is the service's business, which knows it first.
pub fn framed<T>(answer: Result<Framed<T>, ApiError>, page: impl FnOnce(Framed<T>) -> AnyView) -> AnyView {
    match answer {
        Ok(framed) => {
            provide_flash(framed.frame.flash.clone());
            let page = page(framed);
            if is_server() { whole(page) } else { page }
        }
        Err(error) => view! { <ErrorPage error=error.0/> }.into_any(),
    }
}

/// Waits for a page's answer; to be awaited in the page's `Suspend`.
///
/// While it waits for resources the framework looks into the page to find more of them, and it would build the whole page
/// for that and throw it away. A page has one resource, so on the server it gets to see an answer that is not there yet.
pub async fn settled<T>(answer: impl IntoFuture<Output = T>) -> T {
    let answer = answer.await;
    look(!is_server()).await;
    answer
}

/// Is there at the second look, or at once when it was `looked` already.
async fn look(mut looked: bool) {
    poll_fn(|context| {
        if replace(&mut looked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A whole page that says what went wrong, and a way on.
#[component]
pub fn ErrorPage(
    /// Why.
    error: AppError,
) -> impl IntoView {
    let lost = matches!(error, AppError::NotFound);
    if matches!(error, AppError::Unauthenticated) {
        Effect::new(|_| dom::go("/login"));
    }
    if matches!(error, AppError::FactorNeeded) {
        Effect::new(|_| dom::go(&factors_page("")));
    }
    let (text, reference) = match &error {
        AppError::NotFound => ("There is nothing here, or nothing that you may see.".to_owned(), None),
        AppError::Unavailable { reference } => {
            ("This does not work right now. Try again in a moment.".to_owned(), Some(reference.clone()))
        }
        AppError::Internal { reference } => {
            ("Something went wrong on our side.".to_owned(), Some(reference.clone()))
        }
        error => (error.to_string(), None),
    };
    let home = if matches!(error, AppError::Unauthenticated) {
        ("/login", "Sign in")
    } else {
        ("/", "Go to the start page")
    };
    view! {
        <Title text=error.title()/>
        <main class="page-state" id="main" tabindex="-1">
            <div class="state" role=if lost { None } else { Some("alert") }>
                {icon(if lost { icondata_lu::LuSearchX } else { icondata_lu::LuCircleAlert })}
                <h1>{error.title()}</h1>
                <p>{text}</p>
                {reference.map(|reference| view! { <p>"Reference: "<span class="ref">{reference}</span></p> })}
                <div class="actions">
                    // From the server, which knows where the reader belongs.
                    <a class="btn primary" href=home.0 rel="external">{home.1}</a>
                </div>
            </div>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::pin,
        task::{Context, Waker},
    };

    #[test]
    fn a_page_is_not_built_for_whoever_only_looks() {
        let mut context = Context::from_waker(Waker::noop());
        let mut server = pin!(look(false));
        assert!(server.as_mut().poll(&mut context).is_pending());
        assert!(server.as_mut().poll(&mut context).is_ready());
        assert!(pin!(look(true)).poll(&mut context).is_ready());
    }
}
