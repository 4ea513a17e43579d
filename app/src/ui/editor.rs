//! Markdown with a preview. The preview is made by the server: what renders and cleans Markdown is too heavy for a
//! browser, and this way both are the same text.

use leptos::{ev::KeyboardEvent, prelude::*, task::spawn_local};

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
    let show = move |previewed: bool| {
        previewing.set(previewed);
        if previewed {
            let text = dom::value_of(&format!("f-{name}")).unwrap_or_default();
            spawn_local(async move {
                let html = preview_text(text).await;
                preview.set(html.unwrap_or_else(|error| format!("<p>{}</p>", plain(&error.to_string()))));
            });
        }
    };
    // The tabs are one stop of the Tab key; the arrows go from one to the other (WAI-ARIA Authoring Practices, "Tabs").
    let arrows = move |event: KeyboardEvent| {
        let previewed = match event.key().as_str() {
            "ArrowLeft" | "ArrowRight" => !previewing.get_untracked(),
            "Home" => false,
            "End" => true,
            _ => return,
        };
        event.prevent_default();
        show(previewed);
        dom::focus(&format!("#{}-{name}", if previewed { "p" } else { "w" }));
    };
    let stop = move |selected: bool| if selected { "0" } else { "-1" };
    view! {
        <div class="field">
            <label for=id.clone() class=if quiet { "vh" } else { "" }>{label}</label>
            <div class="editor">
                <div class="tabs js" role="tablist" aria-label=format!("{label}: write or preview") on:keydown=arrows>
                    <button
                        class="tab" type="button" role="tab" data-replay id=format!("w-{name}")
                        aria-selected=move || (!previewing.get()).to_string()
                        tabindex=move || stop(!previewing.get())
                        on:click=move |_| show(false)
                    >
                        "Write"
                    </button>
                    <button
                        class="tab" type="button" role="tab" data-replay id=format!("p-{name}")
                        aria-selected=move || previewing.get().to_string()
                        tabindex=move || stop(previewing.get())
                        on:click=move |_| show(true)
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
