//! What people say to each other about an issue. Questions and answers have the same topics, in the same order.

use super::super::course::TOPICS;

/// How many answers each topic has.
pub(super) const ANSWERS_A_TOPIC: usize = 3;

/// A maintainer asks.
pub(super) const ASKS: &[&str; TOPICS as usize] = &[
    "@«reporter» which version is this? It stands at the bottom of the menu.",
    "Thanks, @«reporter». Could you attach the log from around the time that it happened?",
    "@«reporter» does it happen with every «thing», or only with some? One key would help me to look.",
    "Does it also happen in another browser, @«reporter»? I have only tried «other browser».",
    "@«reporter» what exactly did you do before? I can open «part» and «do» without any trouble.",
    "Is this the account of «customer», @«reporter», and may I look at their data?",
    "@«reporter» how often does it happen? Each time, or now and then?",
    "What would you expect instead, @«reporter»? I can think of two ways to do it:\n\n- keep the «attribute» and warn\n- refuse to «do» at all",
];

/// The reporter answers, topic after topic.
pub(super) const ANSWERS: &[&str; TOPICS as usize * ANSWERS_A_TOPIC] = &[
    "It is «version», @«worker».",
    "«Version» here, and «before» on the other machine, where it does not happen.",
    "The menu says «version». I updated on «date».",
    "Here it is, with names removed:\n\n```text\n«time»  INFO fairlead::«path» begin «id»\n«time» ERROR fairlead::«path» «code» after «millis» ms\n«time»  INFO fairlead::«path» end «id»\n```",
    "I cannot find a log for that time, only this line: `«code» («id»)`.",
    "```text\n«time» GET /v1/«path»/«id» 200 «some» ms\n«time» PUT /v1/«path»/«id» 409 «some» ms\n«time» PUT /v1/«path»/«id» 200 «millis» ms\n```\n\nThe second line is the moment.",
    "Only with some. `«id»` is one of them, and all of those from before «date».",
    "With every one that I tried, @«worker», about «some» of them.",
    "With those that have no «attribute», it seems. For instance `«id»`.",
    "Also in «other browser». On «device» I cannot try it today.",
    "No, only in «browser». In «other browser» it works.",
    "Same in both, @«worker». It is a little rarer in «other browser».",
    "Sorry, I left something out: it happens only «other condition». Then it is certain.",
    "1. I had «part» open since the morning.\n2. A colleague changed the same «thing».\n3. Then I wanted to «do».",
    "I did what I always do: open «part», «other do», «do». Shall I make a recording?",
    "Yes to both. They know that you will look.",
    "It is their account, but please use the copy in the test harbour.",
    "It is another one: «customer» only told me about it. Please go ahead.",
    "Each time, @«worker». I can show it to you.",
    "Now and then. I counted: «few» of «some» times.",
    "It was each time on «date», and has not happened since. Strange.",
    "The first one, please. Refusing would stop us in the middle of an arrival.",
    "I would not mind either. What matters is that the «attribute» is right afterwards.",
    "The second, @«worker». Better no «thing» than a wrong one.",
];

/// It was seen by somebody else.
pub(super) const REPRODUCED: &[&str] = &[
    "I can reproduce it on «system» with «version».",
    "Reproduced. It needs «condition», otherwise nothing happens.",
    "I see it too, but not each time: about one of «few».",
    "Reproduced with a fresh database and `«some»` «things». The smallest case:\n\n1. «do»\n2. «other do»\n3. «do» again",
    "Got it. There are «few» lines like this in the log of «customer»:\n\n```text\n«time» ERROR fairlead::«path» «code» («id»)\n```",
    "Confirmed, it came with «version». `git bisect` says it is the change for «earlier».",
];

/// It was not.
pub(super) const NOT_REPRODUCED: &[&str] = &[
    "I cannot reproduce this, neither with «browser» nor with «other browser».",
    "Works for me with «version» on «system». Something must be different.",
    "I tried «some» times «condition» and it went well each time.",
];

/// Why it happens.
pub(super) const CAUSES: &[&str] = &[
    "The «attribute» is read before the «thing» is locked, so whoever comes second overwrites it.",
    "It is a rounding problem: «part» works with cents and the other side with whole numbers.",
    "We convert to local time twice. That is invisible until the change to summer time.",
    "`«type»::apply` returns early «condition», and nobody looks at what it returns.",
    "«Dependency» changed its default in the last version: what was an error there is an empty answer now.",
    "The query has no order, so after the last vacuum the database returns «things» differently:\n\n```sql\nSELECT id FROM «path» WHERE state = 'open' LIMIT «some»\n```",
    "The cache is keyed by the «attribute», and two «things» can share it.",
    "A retry after the time-out does the same thing again. We need a key that names the request, as in «earlier».",
    "The list is sorted by text. `10` comes before `9`.",
    "It was never meant to be used «condition». The check was in the form and not in the service.",
    "The index is not used here, so it reads all «many» rows, `«millis»` ms on the copy.",
];

/// What is to be done.
pub(super) const PLANS: &[&str] = &[
    "Let us do the small thing first: show the error instead of hiding it. The rest can wait for «next».",
    "I would fix this together with «earlier», it is the same code.",
    "Plan:\n\n- [x] a test that fails\n- [ ] keep the «attribute» when one wants to «do»\n- [ ] repair the «things» that are wrong already",
    "We should ask «customer» before we change it, they rely on the present order.",
    "Not for this release. I put it on the list for the one after.",
    "@«worker» could you look at this when you are done with «earlier»?",
    "This needs a migration, so it goes into «next» and not into a patch.",
];

/// How it goes.
pub(super) const PROGRESS: &[&str] = &[
    "Half of it is done: «doing» works, the «attribute» is still wrong «other condition».",
    "I have a test that fails for the right reason now.",
    "Waiting for «customer», who want to try it first.",
    "Took longer than I thought, because «part» does the same in «few» places.",
    "It is on staging. Please try it there, @«reporter».",
    "The first attempt made «doing» slow (`«millis»` ms). Trying another way.",
    "Blocked by «earlier».",
    "Pushed a draft. What is missing: the texts in «locale», and a word in the handbook.",
];

/// A change is being looked at.
pub(super) const REVIEWS: &[&str] = &[
    "Looks good to me. Can you add a case «other condition»?",
    "Reviewed. One question: what happens to «things» that have no «attribute»?",
    "I would rather not catch `«code»` here, it hides the next problem of this kind. Otherwise fine.",
    "Good. The name `«type»State` is misleading, the rest is clear.",
    "Tried it at «place» with «some» «things», works.",
    "Nice, and «few» lines fewer than before.",
];

/// Somebody else goes on.
pub(super) const HANDOVERS: &[&str] = &[
    "I am away until next week, so somebody else takes this. What I know is above.",
    "Handing this over: it turned out to be about «dependency», which I have never touched.",
    "I have to look at «earlier» first. Notes are in the draft.",
];

/// It is done.
pub(super) const FIXED: &[&str] = &[
    "Fixed, will be in «next».",
    "Done in «next». «Things» that were wrong before are repaired by the migration.",
    "Merged. @«reporter» please have a look when «next» is out.",
    "Fixed by taking the lock before reading. There is a test for it now.",
    "This is in «next»: one can «do» «condition», and the «attribute» stays.",
    "Deployed to all harbours today. The number of `«code»` in the log went from «some» an hour to none.",
    "Done. I also wrote it down: https://handbook.fairlead.example/«path»",
];

/// It was reported before.
pub(super) const DUPLICATES: &[&str] = &[
    "This is the same as «earlier», let us go on there.",
    "Duplicate of «earlier». The log there has the same line.",
    "Closing in favour of «earlier», which has more details. Thanks all the same, @«reporter».",
];

/// It will not be done.
pub(super) const DECLINED: &[&str] = &[
    "This works as it was meant: «part» must not change the «attribute» afterwards. The handbook could say it better.",
    "Thanks for the idea. We decided against it in «earlier», and the reasons still hold.",
    "We will not do this: only «few» people would use it, and everybody would have to look at it.",
    "That is a problem of «browser», and is mended in its next version.",
    "Cannot be done without breaking the contract with «customer». Sorry.",
];

/// Nobody has looked for long.
pub(super) const STALE: &[&str] = &[
    "Nobody has asked for this for a long time. Closing; please reopen it if it still matters.",
    "Cleaning up: «part» was rewritten since then, and this has probably gone with it.",
    "Closed for lack of news. If you see it with «next», tell us.",
];

/// It is not gone.
pub(super) const STILL_THERE: &[&str] = &[
    "It is back: with «next» I see it again «other condition».",
    "Sorry, not fixed for me. «Doing» works, but the «attribute» is still wrong.",
    "Still happens at «customer», see `«id»`.",
    "It is better, and not gone: «few» times today instead of «some».",
];

/// It is gone.
pub(super) const CONFIRMED: &[&str] = &[
    "Works for me. Thank you.",
    "Tried it with «some» «things», all fine. Thanks, @«worker».",
    "Confirmed at «customer».",
    "Great, that saves us «few» minutes each time.",
    "Thanks. I have told «customer».",
];

/// Somebody else has it too.
pub(super) const SUPPORT: &[&str] = &[
    "«Customer» has the same, «condition».",
    "Another one: a guest wrote today that «fault».",
    "We had «some» calls about this since «date». Could we raise its priority?",
    "Same at «customer», who have «many» «things». I told them the workaround.",
    "I met this too while I tried to «other do».",
];

/// Is there news?
pub(super) const NUDGES: &[&str] = &[
    "Is there any news?",
    "Still the case in «next».",
    "«Customer» asked again. What can I tell them?",
    "Does anybody plan to do this? Otherwise I would note the workaround in the handbook.",
    "Just to say that this happens about «few» times a week here.",
];

/// Something else.
pub(super) const ASIDES: &[&str] = &[
    "I think «doing» should not change the «attribute» at all.",
    "That was decided in «earlier», wasn't it?",
    "For comparison, «other browser» on the same machine: `«millis»` ms against `«some»` ms.",
    "We could also let the office choose.",
    "I am against choosing, nobody will understand the question.",
    "What does the handbook say? https://handbook.fairlead.example/«path»#«id»",
    "Numbers from last week:\n\n| day | «things» | wrong |\n|---|---:|---:|\n| Monday | «many» | «few» |\n| Tuesday | «many» | «some» |\n| Wednesday | «many» | «few» |",
    "> I would rather not\n\nWhy not? It is what all others do.",
    "Good point, @«reporter».",
    "Then let us at least log it, so that we know how often it happens «condition».",
    "I asked «customer»: for them it is fine either way.",
    "It also depends on «dependency», see «earlier».",
    "Can we talk about this on «date»? It gets long here.",
    "Summary of the call: we keep the «attribute», warn «condition», and look at it again after the season.",
    "+1",
    "Please do not forget guests who «other do».",
    "I measured: «some» of «many» «things» are affected.",
    "Same opinion as @«worker».",
    "Let us try it with one harbour first, «customer» for instance.",
    "The phones are ringing here, could somebody please decide?",
];
