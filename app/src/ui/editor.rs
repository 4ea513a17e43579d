//! Markdown with a preview. The preview is made by the server: what renders and cleans Markdown is too heavy for a
//! browser, and this way both are the same text.

use leptos::{prelude::*, task::spawn_local};

use super::{
    dom,
    field::{FieldError, described_by},
    use_form,
};
use crate::api::preview_text;

/// A text with the tabs "Write" and "Preview".
#[component]
pub fn Editor(
    /// Its accessible name.
    label: &'static str,
    /// Its name in the form.
    name: &'static str,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What can be said there.
    #[prop(default = "Markdown")]
    placeholder: &'static str,
    /// Whether the label is for screen readers only.
    #[prop(optional)]
    quiet: bool,
    /// What stands below the text.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let form = use_form();
    form.register(name);
    let value = form.typed(name, value);
    let wrong = move || form.about(name).is_some();
    let id = format!("f-{name}");
    let previewing = RwSignal::new(false);
    let preview = RwSignal::new(String::new());
    let show_preview = {
        let id = id.clone();
        move |_| {
            previewing.set(true);
            let text = dom::value_of(&id).unwrap_or_default();
            spawn_local(async move {
                let html = preview_text(text).await;
                preview.set(html.unwrap_or_else(|error| format!("<p>{}</p>", plain(&error.to_string()))));
            });
        }
    };
    view! {
        <div class="field">
            <label for=id.clone() class=if quiet { "vh" } else { "" }>{label}</label>
            <div class="editor">
                <div class="tabs js" role="tablist" aria-label=format!("{label}: write or preview")>
                    <button
                        class="tab" type="button" role="tab" data-replay
                        aria-selected=move || (!previewing.get()).to_string()
                        on:click=move |_| previewing.set(false)
                    >
                        "Write"
                    </button>
                    <button
                        class="tab" type="button" role="tab" data-replay
                        aria-selected=move || previewing.get().to_string()
                        on:click=show_preview
                    >
                        "Preview"
                    </button>
                </div>
                <textarea
                    class="input"
                    id=id
                    name=name
                    rows=if quiet { "4" } else { "9" }
                    placeholder=placeholder
                    hidden=move || previewing.get()
                    aria-invalid=move || wrong().then_some("true")
                    aria-describedby=move || described_by(name, false, wrong())
                >
                    {value}
                </textarea>
                <div class="preview md" hidden=move || !previewing.get() inner_html=move || preview.get()></div>
                {children.map(|children| view! { <footer>{children()}</footer> })}
            </div>
            <FieldError name/>
        </div>
    }
    .into_any()
}

fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
