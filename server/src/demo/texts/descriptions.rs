//! What reporters write: blocks of Markdown that are put together.

/// How a report of a fault begins.
pub(super) const OPENINGS: &[&str] = &[
    "«Fault» «condition». I noticed it while «doing» yesterday, and it has happened «few» times since.",
    "Since «version» «fault» «condition». With «before» it was still fine.",
    "While «doing» I get «error», but only «condition».",
    "A guest called today: «fault». I could see the same at «place».",
    "«Customer» reports that «fault» «condition». They have «many» «things», so it is not only one of them.",
    "When I try to «do», «fault». It does not matter which «thing» I take.",
    "I wanted to «do» and ended up with «error». Trying again helps about every «few» times.",
    "We see this at «customer» since the «date»: «fault» «condition».",
    "Hard to describe: «fault», then it works for a while, then it happens again. Always «condition», as far as I can tell.",
    "Found while testing «version» at «place». «Fault» «condition».",
    "Two colleagues have seen it independently: «fault» «condition».",
    "«Doing» used to take a second. Now it takes «few» or more, and sometimes ends with «error».",
    "This looks like «earlier» again, but «condition» instead of «other condition».",
    "Not urgent, but it makes a bad impression: «fault» «condition».",
];

/// What it costs.
pub(super) const IMPACTS: &[&str] = &[
    "It happens to about «some» guests a day.",
    "The office corrects it by hand each time, which takes «few» minutes.",
    "«Customer» asked twice already.",
    "As long as this is open we cannot use «part» for «things» with a deposit.",
    "So far nobody lost anything, but it is a matter of time.",
    "In the high season this would be a disaster.",
    "It costs us about «some» calls a week.",
    "Workaround: reload the page and «other do» first.",
    "Workaround: use «other browser».",
    "There is no workaround that I know of.",
    "I can live with it, new colleagues cannot.",
];

/// How it is seen.
pub(super) const STEPS: &[&str] = &[
    "### Steps to reproduce\n\n1. Open «part».\n2. Choose «a thing» with another «attribute» than the others.\n3. «Do».\n4. Wait «few» seconds.",
    "### Steps to reproduce\n\n1. Sign in as somebody with «few» «things».\n2. Go to «part» and «do».\n3. Look at the «attribute».",
    "### Steps to reproduce\n\n1. «Do» «condition».\n2. Go back.\n3. «Do» once more.",
    "### Steps to reproduce\n\n1. Take «a thing» from last year.\n2. «Other do».\n3. Now «do», «condition».\n4. Compare the «attribute» before and after.",
    "### Steps to reproduce\n\n1. Set the «attribute» to `«some»`.\n2. Reload.\n3. The «attribute» is `«few»`.",
    "### Steps to reproduce\n\n1. Open «part» in «browser».\n2. Open it again in a second tab.\n3. «Do» in the first tab, then in the second.",
    "### How to get there\n\n- «Device», «system»\n- «part», any «thing»\n- «do» «condition»\n\nIt needs «few» tries.",
    "### Steps to reproduce\n\n1. `POST /v1/«path»` with the body below.\n2. `GET /v1/«path»/«id»`.\n3. The «attribute» is not the one that was sent.\n\n```json\n{ \"id\": \"«id»\", \"amount\": «many», \"nights\": «few» }\n```",
];

/// What should be, and what is.
pub(super) const EXPECTED: &[&str] = &[
    "### Expected\n\nThe «thing» keeps its «attribute».\n\n### Actual\n\n«Fault».",
    "### Expected\n\nI can «do», or I am told why not.\n\n### Actual\n\n«Error», without a word.",
    "**Expected:** the «things» are shown once, with the right «attribute».\n\n**Actual:** «fault».",
    "### Expected\n\nSame as in «before».\n\n### Actual\n\n«Fault» «condition».",
    "**Expected:** it takes less than a second.\n\n**Actual:** it takes «few» seconds for «some» «things», and more for more.",
    "### Expected\n\nOne «thing» more in «part».\n\n### Actual\n\nNone, or two.",
];

/// Where it was seen; the first half of them says so in the word that is common.
pub(super) const IN_PRODUCTION: &[&str] = &[
    "Seen in production with «version», «browser» on «system».",
    "Environment: production, «version», «device».",
    "It is in production since «date» («version»).",
    "Version «version» in production; «browser», «system».",
];
/// The other half.
pub(super) const ELSEWHERE: &[&str] = &[
    "Seen on staging with «version», «browser» on «system».",
    "«Browser», «system», «version».",
    "I tried «device» and «browser»; «version».",
    "Only seen in the test harbour so far («version»).",
];

/// The one text that has the rare word.
pub(super) const RARE: &[&str] =
    &["The crew of the *Kittiwake* was the first to see it; their booking is a good example."];

/// What was added later.
pub(super) const LATER: &[&str] = &[
    "**Edit:** it also happens «other condition».",
    "**Edit:** not only in «browser», in «other browser» too.",
    "**Edit:** the version was wrong above, it is «version».",
    "**Edit:** screenshots are with «customer», I ask whether we may use them.",
];

/// Wishes begin differently.
pub(super) const WISHES: &[&str] = &[
    "As a colleague at «place» I want to «do» «condition», so that I need not «other do» afterwards.",
    "«Customer» would like to «do» without calling us. Today they have to «other do» and wait.",
    "It would help a lot if «part» showed the «attribute» of each «thing». At the moment I open «some» of them a day just to look.",
    "We have more than «many» «things» now. Finding one by its «attribute» is hard.",
    "Everybody asks for it: «doing» should work «condition».",
    "I keep a list on paper because one cannot «do» in «part». That list is wrong about once a week.",
];

/// What a wish consists of.
pub(super) const ACCEPTANCE: &[&str] = &[
    "Done when:\n\n- [ ] one can «do» «condition»\n- [ ] the «attribute» is kept\n- [ ] the handbook says so\n- [ ] it works in «browser» and on «device»",
    "Done when:\n\n- [ ] «part» shows it\n- [ ] a test covers «doing»\n- [ ] old «things» are taken along",
    "To be decided:\n\n- who may do it\n- what happens to the «attribute» of old «things»\n- whether «customer» should try it first",
    "| «thing» | today | wanted |\n|---|---:|---:|\n| with «attribute» | «few» | «some» |\n| without | 0 | «few» |",
    "There is a sketch at https://handbook.fairlead.example/drafts/«path»-«id», please comment there or here.",
];

/// What is to be done for its own sake.
pub(super) const CHORES: &[&str] = &[
    "Came up in the review of «earlier». It is not much work, but nobody has done it for «few» months.",
    "We trip over this each time somebody changes «part». Better to do it once and properly.",
    "Follow-up of «earlier»: the quick way was right then, and is in our way now.",
    "«Dependency» has had a new version since «date». The changes that matter to us are in how one can «do».",
    "The test failed «some» times this month, always «condition», and never when one looks at it.",
];

/// What the log says.
pub(super) const LOGS: &[&str] = &[
    "```text\n«time» ERROR fairlead::«path» «type»(«id»): «code»\n«time»  WARN fairlead::http POST /v1/«path» 500 in «millis» ms\n```",
    "```text\nthread 'worker-«few»' panicked at src/«path»/mod.rs:«some»:«few»:\nindex out of bounds: the len is «few» but the index is «some»\nstack backtrace:\n   0: fairlead::«path»::«type»::apply\n   1: fairlead::queue::run\n```",
    "```js\nTypeError: Cannot read properties of undefined (reading '«attribute»')\n    at «type»List.render («path».js:«many»:«some»)\n    at commit (runtime.js:«many»:«some»)\n    at flush (runtime.js:«many»:«few»)\n```",
    "```json\n{\n  \"type\": \"about:blank\",\n  \"title\": \"«code»\",\n  \"status\": 500,\n  \"instance\": \"/v1/«path»/«id»\",\n  \"reference\": \"«id»\"\n}\n```",
    "```text\n«date» «time» UTC [«many»] ERROR:  could not serialize access due to concurrent update\n«date» «time» UTC [«many»] STATEMENT:  UPDATE «path» SET state = $1 WHERE id = $2\n```",
    "```kotlin\nE/Fairlead: java.lang.IllegalStateException: «code»\n    at com.fairlead.«path».«type»Screen.onResume(«type»Screen.kt:«some»)\n    at android.app.Activity.performResume(Activity.java:«many»)\n```",
    "```text\n192.0.2.«some» - - [«date»] \"POST /v1/«path» HTTP/2\" 504 «some» \"-\" \"«browser»\" rt=«few».«some»\n192.0.2.«some» - - [«date»] \"POST /v1/«path» HTTP/2\" 200 «many» \"-\" \"«browser»\" rt=0.«some»\n```",
    "```swift\nFatal error: Unexpectedly found nil while unwrapping an Optional value\nFairlead/«type»View.swift:«some»: «type»View.body\n```",
    "The log says `«code»` at «time», with the reference `«id»`.",
    "```sql\nSELECT count(*) FROM «path» WHERE changed_at > '«date»';\n-- «many», and on the screen are «some»\n```",
];
