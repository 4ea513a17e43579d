//! Files that go with a form: chosen, dropped or pasted. What the browser does for it (progress, cancel, several at once)
//! is in `public/files.js`, which is fetched by the pages that have such a part; it uploads each file as it comes and puts
//! its id into the form. Without JavaScript the form goes, files and all, to the route that it names beside its function.

use leptos::prelude::*;

use super::{dom, field::FieldError, use_form};

/// Where files go.
pub const UPLOAD: &str = "/api/v1/files/upload";

/// See the module.
#[component]
pub fn Attach(
    /// The organization's slug.
    org: String,
    /// The issue that each file is attached to at once; empty: they wait for the form.
    #[prop(optional)]
    key: String,
    /// Its accessible name.
    #[prop(default = "Attach files")]
    label: &'static str,
) -> impl IntoView {
    let form = use_form();
    form.register("files");
    let scripted = RwSignal::new(false);
    Effect::new(move |_| {
        dom::load_script("/files.js");
        scripted.set(true);
    });
    let waits = key.is_empty();
    let before = form.typed("files", String::new());
    let kept = before.split(',').filter(|id| !id.is_empty()).count();
    let id = if waits { "f-upload" } else { "f-upload-now" };
    let wrong = move || form.about("files").is_some();
    // Without scripts nothing can be dropped or pasted, and nobody is told so.
    let hint = format!("{id}-hint");
    let described = {
        let hint = hint.clone();
        move || {
            let error = super::field::described_by("files", false, wrong());
            let both = [error, scripted.get().then(|| hint.clone())];
            both.into_iter().flatten().reduce(|error, hint| format!("{error} {hint}"))
        }
    };
    view! {
        <div class="attach field" data-attach=UPLOAD data-org=org data-key=key>
            <label for=id>{label}</label>
            <input
                class="file" id=id type="file" name="upload" multiple
                aria-invalid=move || wrong().then_some("true")
                aria-describedby=described
            />
            <p class="hint js" id=hint>"Or drop them here, or paste a picture."</p>
            {waits.then(|| view! { <input type="hidden" name="files" value=before/> })}
            {(kept > 0).then(|| view! { <p class="hint">{format!("Uploaded already: {kept}")}</p> })}
            <ul class="uploads" aria-label="Uploads"></ul>
            <FieldError name="files"/>
        </div>
    }
    .into_any()
}
