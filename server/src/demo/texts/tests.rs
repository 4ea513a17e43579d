//! Texts are what the renderer makes of them, and rarely the same twice.

use super::*;
use crate::{
    demo::{
        chance::mix,
        words::{COMMON_WORD, PRODUCTS, RARE_WORD},
    },
    markdown::render,
};
use std::collections::BTreeSet;
use tracker_domain::text::{IssueTitle, Markdown};

const CAST: Cast<'static> = Cast { reporter: "Piet de Groot", worker: "Ines Carvalho" };

fn place(index: u64) -> Place {
    let product = &PRODUCTS[index as usize % PRODUCTS.len()];
    let part = &product.parts[index as usize / PRODUCTS.len() % product.parts.len()];
    Place {
        seed: mix(index, 5),
        product,
        part,
        number: 2 + index as i64,
        created: 1_780_000_000_000_000 + index as i64 * 1_000_003,
    }
}

fn assert_rendered(text: &Text) {
    assert!(!text.markdown.contains(['«', '»']) && !text.markdown.contains("zq"), "{}", text.markdown);
    let whole = Markdown::parse_some("text", &text.markdown).unwrap();
    assert_eq!(text.html, render(&whole), "{}", text.markdown);
}

#[test]
fn put_together_is_what_the_renderer_makes_of_the_whole() {
    let library = Library::new().unwrap();
    for index in 0..1_500 {
        let kind = [Kind::Bug, Kind::Wish, Kind::Chore][index as usize % 3];
        let (common, rare, edited) = (index % 2 == 0, index % 5 == 0, index % 7 == 0);
        let text = library.description(place(index), CAST, Wanted { kind, common, rare, edited });
        assert_rendered(&text);
        assert_eq!(text.markdown.contains(COMMON_WORD), common, "{}", text.markdown);
        assert_eq!(text.markdown.contains(RARE_WORD), rare, "{}", text.markdown);
    }
}

#[test]
fn every_template_of_a_comment_is_rendered_as_the_whole_is() {
    let library = Library::new().unwrap();
    let groups = library.talks.iter().chain([&library.asks, &library.answers]);
    for (number, template) in groups.flat_map(|group| group.all()).enumerate() {
        for index in 0..20 {
            let place = place(index * 31 + number as u64);
            let mut text = Text::default();
            template.fill(&mut Scene::new(place, CAST, place.created, index), &mut text);
            assert_rendered(&text);
            assert!(!text.markdown.contains(COMMON_WORD), "{}", text.markdown);
        }
    }
}

#[test]
fn titles_are_titles_and_rarely_repeat() {
    let library = Library::new().unwrap();
    let mut titles = BTreeSet::new();
    for index in 0..2_000 {
        let kind = if index % 4 == 0 { Kind::Wish } else { Kind::Bug };
        let title = library.title(place(index), CAST, kind, false);
        assert!(title.len() < 120 && !title.contains('«'), "{title}");
        assert!(title.starts_with(|c: char| c.is_uppercase()), "{title}");
        IssueTitle::parse(&title).unwrap();
        titles.insert(title);
    }
    assert!(titles.len() > 1_900, "{}", titles.len());
    let one = |seed| library.title(place(seed), CAST, Kind::Bug, true);
    assert_eq!(one(3), one(3));
}

#[test]
fn an_answer_answers_its_question() {
    let library = Library::new().unwrap();
    for index in 0..200 {
        let said = |talk| library.comment(place(index), CAST, (talk, place(index).created, 1)).markdown;
        assert!(said(Talk::Ask(0)).contains("which version is this"));
        let answer = said(Talk::Answer(0));
        assert!(answer.chars().filter(char::is_ascii_digit).count() >= 3, "{answer}");
    }
}
