//! The form around every write. Without JavaScript it is a plain post to the server function's URL; with it, the page
//! stays, keeps what was typed, and shows a refusal at its field.
//!
//! Every form carries a hidden idempotency key: the server renders a new one each time, the browser renews it after
//! each success, and a form that is sent twice does one thing.

use leptos::{context::Provider, ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::time::Duration;
use tracker_domain::error::AppError;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlInputElement};

use super::{Endpoint, dom, done_message, icon, use_flash, use_toasts};

/// How long a form may take before it says that it is at work.
const PATIENCE: Duration = Duration::from_millis(150);

/// What happens after success.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Go to the page of what was made.
    Visit,
    /// Load that page from the server, for the session has changed.
    Load,
    /// Stay; the page changes by itself.
    Stay,
    /// Stay and empty the form for the next one.
    Clear,
}

/// What the fields of a form know about it.
#[derive(Clone, Copy)]
pub struct FormState {
    /// Where it is posted to.
    pub action: &'static str,
    /// Why it was refused.
    pub error: RwSignal<Option<AppError>>,
    fields: StoredValue<Vec<&'static str>>,
    busy: RwSignal<bool>,
    pending: StoredValue<bool>,
    again: StoredValue<bool>,
}

impl FormState {
    fn new(action: &'static str) -> Self {
        let refused = use_flash(|flash| flash.error.clone().filter(|_| flash.action == action));
        Self {
            action,
            error: RwSignal::new(refused),
            fields: StoredValue::new(vec!["idempotency_key"]),
            busy: RwSignal::new(false),
            pending: StoredValue::new(false),
            again: StoredValue::new(false),
        }
    }

    /// What was typed into a field before the page was rendered anew, else `value`.
    pub fn typed(&self, field: &'static str, value: String) -> String {
        use_flash(|flash| flash.typed(self.action, field).map(str::to_owned)).unwrap_or(value)
    }

    /// Tells the form that it has a field of this name, which shows its own errors.
    pub fn register(&self, field: &'static str) {
        self.fields.update_value(|fields| fields.push(field));
    }

    /// What is wrong with a field.
    pub fn about(&self, field: &'static str) -> Option<String> {
        self.error.with(|error| error.as_ref()?.about(field).map(str::to_owned))
    }

    /// What no field shows.
    fn rest(&self) -> Option<String> {
        self.error.with(|error| match error.as_ref()? {
            AppError::Invalid { errors } => {
                let homeless = |field: &str| self.fields.with_value(|known| !known.contains(&field));
                let rest: Vec<&str> =
                    errors.iter().filter(|e| homeless(&e.field)).map(|e| e.message.as_str()).collect();
                (!rest.is_empty()).then(|| rest.join(" "))
            }
            error => Some(error.to_string()),
        })
    }
}

/// The form that this part stands in.
pub fn use_form() -> FormState {
    use_context().unwrap_or_else(|| FormState::new(""))
}

/// See the module.
#[component]
pub fn ApiForm(
    /// The server function.
    to: Endpoint,
    /// What happens after success.
    after: After,
    /// Its class.
    #[prop(default = "form")]
    class: &'static str,
    /// Send as soon as a field was changed.
    #[prop(optional)]
    auto: bool,
    /// Where a browser without JavaScript sends it instead, with its files.
    #[prop(optional)]
    plain: Option<&'static str>,
    /// Sent by the browser itself in any case.
    #[prop(optional)]
    native: bool,
    /// Called after success.
    #[prop(optional)]
    done: Option<Callback<()>>,
    /// The fields and the button.
    children: Children,
) -> impl IntoView {
    let state = FormState::new(to.url);
    let toasts = use_toasts();
    let navigate = use_navigate();
    let on_success = move |form: &HtmlFormElement, landing: Option<String>| {
        renew_key(form);
        if after != After::Load {
            toasts.say(done_message(to.url));
        }
        match (after, landing) {
            (After::Load, landing) => dom::go(landing.as_deref().unwrap_or("/")),
            (After::Visit, Some(landing)) => navigate(&landing, NavigateOptions::default()),
            (After::Clear, _) => form.reset(),
            _ => {}
        }
        if let Some(done) = done {
            done.run(());
        }
    };
    let on_submit = move |event: SubmitEvent| {
        if native || event.default_prevented() {
            return;
        }
        event.prevent_default();
        let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else {
            return;
        };
        if state.pending.get_value() {
            state.again.set_value(auto);
            return;
        }
        let sending = to.send(&event);
        let on_success = on_success.clone();
        begin(state);
        spawn_local(async move {
            let result = sending.await;
            end(state);
            match result {
                Ok(landing) => {
                    state.error.set(None);
                    on_success(&form, landing);
                }
                Err(error) => {
                    state.error.set(Some(error));
                    focus_first_error(&form);
                }
            }
            if state.again.try_update_value(std::mem::take).unwrap_or_default() {
                let _ = form.request_submit();
            }
        });
    };
    let on_change = move |event: leptos::ev::Event| {
        if let Some(form) = auto.then(|| event_form(&event)).flatten() {
            let _ = form.request_submit();
        }
    };
    view! {
        <form
            class=class
            action=plain.unwrap_or(to.url)
            method="post"
            enctype=plain.map(|_| "multipart/form-data")
            novalidate
            data-autosubmit=auto.then_some("")
            aria-busy=move || state.busy.get().then_some("true")
            on:submit=on_submit
            on:change=on_change
        >
            <Provider value=state>
                {
                    let fields = children();
                    view! {
                        <FormAlert/>
                        {fields}
                    }
                }
            </Provider>
            {dom::random_key().map(|key| view! { <input type="hidden" name="idempotency_key" value=key/> })}
        </form>
    }
    .into_any()
}

/// What is wrong with the form as a whole.
#[component]
fn FormAlert() -> impl IntoView {
    let state = use_form();
    let sign_in = move || state.error.with(|error| matches!(error, Some(AppError::Unauthenticated)));
    move || {
        state.rest().map(|text| {
            view! {
                <div class="alert" role="alert">
                    {icon(icondata_lu::LuCircleAlert)}
                    <span>
                        {text} " "
                        {sign_in().then(|| view! { <a class="link" href="/login" target="_blank">"Sign in in a new tab"</a> })}
                    </span>
                </div>
            }
        })
    }
}

/// The button that sends the form.
#[component]
pub fn Submit(
    /// What it does, as a verb.
    label: &'static str,
    /// Its class.
    #[prop(default = "btn primary")]
    class: &'static str,
    /// What follows for those who do not see what stands beside it.
    #[prop(optional, into)]
    what: Option<String>,
) -> impl IntoView {
    let busy = use_form().busy;
    let what = what.map(|what| view! { <span class="vh">" " {what}</span> });
    view! { <button class=class type="submit" aria-disabled=move || busy.get().then_some("true")>{label} {what}</button> }
}

fn begin(state: FormState) {
    state.pending.set_value(true);
    set_timeout(
        move || {
            if state.pending.try_get_value().unwrap_or_default() {
                state.busy.set(true);
            }
        },
        PATIENCE,
    );
}

fn end(state: FormState) {
    state.pending.try_update_value(|pending| *pending = false);
    state.busy.try_set(false);
}

fn event_form(event: &web_sys::Event) -> Option<HtmlFormElement> {
    event.current_target()?.dyn_into().ok()
}

/// The next write is another one.
fn renew_key(form: &HtmlFormElement) {
    let input = form.query_selector("input[name=idempotency_key]").ok().flatten();
    if let Some((input, key)) =
        input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()).zip(dom::random_key())
    {
        input.set_value(&key);
        input.set_default_value(&key);
    }
}

fn focus_first_error(form: &HtmlFormElement) {
    let form = form.clone();
    request_animation_frame(move || {
        let wrong = form.query_selector("[aria-invalid=true]").ok().flatten();
        if let Some(wrong) = wrong.and_then(|wrong| wrong.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = wrong.focus();
        }
    });
}
