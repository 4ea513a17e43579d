use super::*;
use proptest::prelude::*;
use std::{fmt::Write, time::Instant};
use tracker_domain::text::Markdown;

use crate::markdown::render;

const CASES: &[(&str, &str)] = &[
    ("headings", "h1. One\nh3. *Bold* one\nh6.Tight\nh7. none\nh2.0 is a version"),
    ("paragraphs keep their lines", "one\ntwo\n\nthree\r\nfour"),
    (
        "bold, italic, struck",
        "*bold* _italic_ -gone- and *_both_*, not 2*3*4, a_b_c, a - b - c, well-known -ish",
    ),
    ("marks that are not closed", "*open\n_open and -open\n5 * 3 * 2"),
    ("strikes begin at the first mark", "-it is {-1, 2}- done"),
    ("monospace", "call {{run(`x`)}} or {{}} and {{a|b}}"),
    ("raised and lowered", "x^2^ and H~2~O and 10^-3^, a^b^c, ~/home ~/bin"),
    (
        "lists",
        "* one\n** two\n**** deep\n* three\n\n# first\n# second\n## inner\n# third\n\n- dash\n-- no item",
    ),
    ("mixed lists", "# one\n#* bullet\n#* bullet\n# two\n* other"),
    ("a list item goes on", "* item\nmore of it\n* next\n\nafter"),
    ("code in a list", "# first\n{code:java}\nint a;\n{code}\n# second"),
    (
        "code with a language and a title",
        "{code:title=app.js|language=js}\nlet a = `x`;\n\n  b();\n{code}\nafter",
    ),
    ("code within a line", "use {code}a < b{code} or {noformat}*raw*{noformat} here"),
    ("code around fences", "{noformat}\n```\nnot the end\n```\n{noformat}"),
    ("code that is never closed", "before {code:java} after\n*bold*"),
    ("code on one line alone", "{code}ls -l{code}"),
    ("fences that people typed", "```js\nlet *a*;\n```\nafter ``` alone"),
    ("quotes", "{quote}\n*said*\n\n* a\n* b\n{quote}\nbq. one line\n> mail\n> more\nanswer"),
    ("panels", "{panel:title=Steps [1]|bgColor=#fff}\n# a\n# b\n{panel}\n{info}careful{info}"),
    ("apart in apart", "{panel}{quote}deep{quote}{panel}"),
    ("tables", "||Name||Size||\n|a|1|\n|b [x|http://e.org/?a|b] {{c|d}}|2|\nafter"),
    ("a table without a head", "|a|b|\n|c|d|e|"),
    ("a table with heads at the side", "||Name|Ana|\n||Age|30|\n|long\ncell|x|"),
    (
        "links",
        "[text|http://example.org/a(b)] [http://example.org/] [mailto:ana@example.org] [*b*|https://x.org|tip]",
    ),
    (
        "links to what is not here",
        "[log|^log.txt] [^a_b.txt] [top|#top] [#top] [page|/browse/A-1] [CORE-1] [a|b]",
    ),
    ("links as in Markdown", "[text](http://example.org/a_b) and array[i](x) and [a][b]"),
    ("mentions", "[~ana] [~accountid:5f-1] [Ana|~ana] [~a_b_]"),
    ("pictures", "!shot 1.png|thumbnail! !http://x.org/a.gif! wow! great! a!b.png!c"),
    ("addresses", "see http://x.org/a_b_c?d=*e*, (http://y.org). <http://z.org/_q_> and hat"),
    ("colours and anchors", "{color:red}red{color} {anchor:here}text {unknown:x} {foo}"),
    ("escapes", "\\*no\\* \\[no\\] \\{code} C:\\new\\_x \\\\ next \\\\server\\share"),
    ("rulers and dashes", "a\n----\nb\n---\n==="),
    (
        "what Markdown would take for its own",
        "+ plus\n1. one\n>>> merge\n#\n[a]: http://x.org\n~~~\n`tick and `code` <b>x</b> &amp; a | b",
    ),
    ("raw HTML stays text", "<script>alert(1)</script> <b onclick=x>bold</b> a<b and a < b"),
    (
        "html that was meant",
        "{html}<div><h2>Head</h2><p>One &amp; <b>two </b><a href=\n\"http://x.org/(a)\">link</a><br>line</p><ul><li>a</li><li><em>b</em></li></ul><pre><code>x &lt; y\n  z</code></pre><p><code>s</code> <Alloy a=1> <!-- gone -->1 < 2<script>bad()</script></p></div>{html}",
    ),
    (
        "html with more",
        "{html}<blockquote><p>said</p></blockquote><ol><li>one<ul><li>in</li></ul></li><li>two</li></ol><hr><img src=\"a/b.png\" alt=\"pic\"><img src=\"http://x.org/b.png\"><table><tr><td>a</td><td>b</td></tr></table><a href=\"/rel\">rel</a><b>open{html}",
    ),
    ("nothing", "  \n\n"),
];

#[test]
fn markup_becomes_markdown() {
    let mut out = String::new();
    for (name, source) in CASES {
        write!(out, "==== {name}\n{source}\n---->\n{}\n\n", to_markdown(source)).unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn and_can_be_rendered() {
    let mut out = String::new();
    for (name, source) in CASES {
        let html = render(&Markdown::parse("body", &to_markdown(source)).unwrap());
        write!(out, "==== {name}\n{html}\n").unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn no_text_takes_more_than_its_length() {
    let pieces = [
        "{",
        "{{",
        "{code}",
        "{code:a}",
        "{noformat}a",
        "{quote}",
        "{html}",
        "{html}<b>",
        "{html}<br>x",
        "{html}<a b=1 ",
        "{html}<li>",
        "{panel}{quote}",
        "[",
        "[a|",
        "[a](http",
        "]",
        "!",
        "!a.png",
        "*",
        "*a ",
        "_a* -",
        "-a",
        "`",
        "``",
        "\\",
        "\\\\ ",
        "^",
        "~a",
        "<",
        "<http:",
        "|",
        "||",
        "|a\n",
        "* \n",
        "** a\n",
        "# a\n",
        "> a\n",
        "```\n",
        "http://",
        "http://a.",
        "h1. a\n",
        "\n",
        "{color:x}",
        "{quote}{code}",
        "  {code}a{code}",
    ];
    for piece in pieces {
        let text = piece.repeat(200_000 / piece.len());
        let start = Instant::now();
        let length = to_markdown(&text).len();
        // A build for development on a busy machine takes a tenth of a second; the square of it would take minutes.
        assert!(start.elapsed().as_secs() < 10, "{piece:?} took {:?}", start.elapsed());
        assert!(length < 2_400_000, "{piece:?} became {length} bytes");
    }
}

/// An address in angle brackets would lose them, and almost anything is an address.
#[test]
fn angle_brackets_stay() {
    for text in ["<#@A>", "<a.b@x>", "<-@x>", "a <= b", "<3"] {
        let html = render(&Markdown::parse("body", &plain(text)).unwrap());
        assert_eq!(html.trim(), format!("<p>{}</p>", text.replace('<', "&lt;").replace('>', "&gt;")));
    }
}

proptest! {
    #[test]
    fn any_text_is_taken_and_nothing_hostile_comes_of_it(pieces in proptest::collection::vec(
        prop_oneof![
            proptest::sample::select(vec![
                "{code}", "{code:java}", "{noformat}", "{quote}", "{panel:title=x}", "{html}", "{{", "}}", "{color:red}", "|", "||", "[", "]", "|http://x.org",
                "[~", "!", "a.png", "*", "_", "-", "^", "~", "`", "```", "\\", "\n", "\n\n", "* ", "# ", "** ", "h1. ", "bq. ", "> ", "----", " ", "<b>", "</b>",
                "<script>", "<a href=\"javascript:alert(1)\">", "<pre>", "<li>", "<br>", "<!--", "-->", "&lt;", "http://y.org/_a_", "ü", "👩‍👩‍👧", "javascript:x",
            ]).prop_map(str::to_owned),
            "\\PC{0,5}",
        ], 0..40)) {
        let markdown = to_markdown(&pieces.concat());
        let html = render(&Markdown::parse("body", &markdown).unwrap());
        let mut tags = html.split('<').skip(1).filter_map(|part| part.split_once('>'));
        let hostile = tags.find(|(tag, _)| tag.starts_with("script") || tag.contains("href=\"javascript"));
        prop_assert!(hostile.is_none(), "{}", html);
    }

    #[test]
    fn a_plain_text_is_shown_as_it_is(text in "[ -~]{1,30}") {
        let html = render(&Markdown::parse("body", &plain(&text)).unwrap());
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
        let shown = html.split('<').flat_map(|part| part.split_once('>').map(|(_, text)| text)).collect::<String>();
        let shown = entities.iter().fold(shown, |shown, (entity, c)| shown.replace(entity, c));
        prop_assume!(!text.contains('&'));
        prop_assert_eq!(shown.split_whitespace().collect::<String>(), text.split_whitespace().collect::<String>());
    }
}
