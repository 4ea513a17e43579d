//! What is asked: the range, the steps and the query, as links and a plain form. Its answer is a page with a URL.

use leptos::prelude::*;
use tracker_domain::{
    error::AppError,
    insight::{AskInsights, PRESETS, Range, Step},
};

use crate::{
    features::asked,
    ui::{Choice, href, icon, options},
};

/// What the page's URL asks for.
pub(super) fn from_url(org: String) -> AskInsights {
    AskInsights {
        org,
        range: asked("range"),
        from: asked("from"),
        to: asked("to"),
        by: asked("by"),
        q: asked("q"),
        compare: asked("compare"),
        zone: asked("zone"),
        at: asked("at"),
        seq: asked("seq"),
    }
}

/// The link to a question.
pub(super) fn link(ask: &AskInsights) -> String {
    href(&format!("/{}/insights", ask.org), &ask.pairs())
}

/// See the module. What cannot be read stays as it was written, with what is wrong beside it.
#[component]
pub(super) fn Asked(
    /// What was asked.
    ask: AskInsights,
    /// Which days that came to be.
    #[prop(optional_no_strip)]
    range: Option<Range>,
    /// What is wrong with it.
    #[prop(optional_no_strip)]
    wrong: Option<AppError>,
) -> impl IntoView {
    let chosen = if ask.from.is_empty() && ask.range.is_empty() { "30d" } else { &ask.range };
    let presets: Vec<_> = PRESETS
        .iter()
        .map(|(word, label, _)| {
            let there = AskInsights {
                range: (*word).to_owned(),
                from: String::new(),
                to: String::new(),
                by: String::new(),
                ..ask.clone()
            };
            let current = (*word == chosen).then_some("true");
            view! { <a href=link(&there) aria-current=current>{*label}</a> }
        })
        .collect();
    let mut steps = vec![Choice::new("", "Steps")];
    steps.extend(Step::ALL.iter().map(|step| Choice::new(step.word(), step.label())));
    let days = [
        (ask.from.clone(), range.map(|range| range.from.iso())),
        (ask.to.clone(), range.map(|range| range.to.iso())),
    ];
    let [from, to] =
        days.map(|(asked, shown)| if asked.is_empty() { shown.unwrap_or_default() } else { asked });
    let compare = ask.compare == "before";
    let message = wrong.as_ref().map(|error| {
        view! { <p class="err" role="alert" id="e-ask">{icon(icondata_lu::LuCircleAlert)} {error.to_string()}</p> }
    });
    let about = |field: &str| wrong.as_ref().and_then(|error| error.about(field)).map(|_| "true");
    let described = wrong.is_some().then_some("e-ask");
    view! {
        <div class="asked">
            <nav class="presets" aria-label="Range">{presets}</nav>
            <form class="narrow" method="get" action=format!("/{}/insights", ask.org) role="search">
                <input class="input which" name="q" value=ask.q aria-label="Which issues" placeholder="All issues. Narrow down: project:CORE severity:>=HIGH"
                    autocomplete="off" autocapitalize="none" spellcheck="false" aria-invalid=about("q") aria-describedby=described/>
                <input class="input" type="date" name="from" value=from aria-label="First day" aria-invalid=about("from") aria-describedby=described/>
                <input class="input" type="date" name="to" value=to aria-label="Last day" aria-invalid=about("to") aria-describedby=described/>
                <select class="input" name="by" aria-label="Steps">{options(steps, &ask.by)}</select>
                <label class="check"><input type="checkbox" name="compare" value="before" checked=compare/> "Compare with the range before"</label>
                {(!ask.zone.is_empty()).then(|| view! { <input type="hidden" name="zone" value=ask.zone.clone()/> })}
                <button class="btn" type="submit">"Show"</button>
            </form>
            {message}
        </div>
    }
    .into_any()
}
