//! What stands behind the products: projects of a team that has grown.

use super::{Part, Product};

pub(super) const API: Product = Product {
    key: "API",
    name: "Public interface",
    parts: &[
        Part {
            name: "Webhooks",
            the: "the webhooks",
            tag: "webhooks",
            things: &[("delivery", "deliveries"), ("signature", "signatures"), ("endpoint", "endpoints")],
            actions: &[
                ("register a webhook", "registering a webhook"),
                ("replay a delivery", "replaying a delivery"),
            ],
            faults: &[
                "deliveries come out of order",
                "the signature does not match",
                "a slow receiver stops all others",
            ],
        },
        Part {
            name: "Tokens",
            the: "the access tokens",
            tag: "tokens",
            things: &[("token", "tokens"), ("scope", "scopes")],
            actions: &[
                ("rotate a token", "rotating a token"),
                ("limit a token to one harbour", "limiting a token to one harbour"),
            ],
            faults: &[
                "a revoked token works for an hour",
                "scopes are ignored for lists",
                "the last use is never shown",
            ],
        },
        Part {
            name: "Pagination",
            the: "the list endpoints",
            tag: "lists",
            things: &[("cursor", "cursors"), ("page", "pages")],
            actions: &[
                ("read all bookings", "reading all bookings"),
                ("filter by date of change", "filtering by date of change"),
            ],
            faults: &[
                "the last page repeats rows",
                "a cursor ends after an hour",
                "the total is that of another filter",
            ],
        },
        Part {
            name: "Client library",
            the: "the client library",
            tag: "client",
            things: &[("request", "requests"), ("retry", "retries")],
            actions: &[
                ("upgrade the client", "upgrading the client"),
                ("set a timeout", "setting a timeout"),
            ],
            faults: &[
                "it retries what must not be retried",
                "dates lose their time zone",
                "errors are swallowed",
            ],
        },
    ],
};

pub(super) const PAY: Product = Product {
    key: "PAY",
    name: "Payments",
    parts: &[
        Part {
            name: "Refunds",
            the: "the refunds",
            tag: "refunds",
            things: &[("refund", "refunds"), ("payment", "payments")],
            actions: &[
                ("refund a part of a payment", "refunding a part of a payment"),
                ("cancel a refund", "cancelling a refund"),
            ],
            faults: &[
                "the refund goes to an expired card",
                "it is booked on the wrong day",
                "the guest is not told",
            ],
        },
        Part {
            name: "Bank statements",
            the: "the bank import",
            tag: "bank",
            things: &[("statement", "statements"), ("transfer", "transfers")],
            actions: &[
                ("match a transfer", "matching a transfer"),
                ("import a statement twice", "importing a statement twice"),
            ],
            faults: &[
                "transfers with two references are not matched",
                "the same transfer is booked twice",
                "umlauts stop the import",
            ],
        },
        Part {
            name: "Card terminal",
            the: "the card terminal",
            tag: "terminal",
            things: &[("terminal", "terminals"), ("receipt", "receipts")],
            actions: &[("pay at the counter", "paying at the counter"), ("close the day", "closing the day")],
            faults: &[
                "it loses its pairing at night",
                "the receipt has no number",
                "the amount must be typed again",
            ],
        },
        Part {
            name: "Dunning",
            the: "the payment reminders",
            tag: "dunning",
            things: &[("reminder", "reminders"), ("fee", "fees")],
            actions: &[("stop a reminder", "stopping a reminder"), ("write off a fee", "writing off a fee")],
            faults: &[
                "paid invoices are reminded",
                "the fee is added twice",
                "the third reminder is never sent",
            ],
        },
    ],
};

pub(super) const DATA: Product = Product {
    key: "DATA",
    name: "Statistics",
    parts: &[
        Part {
            name: "Nightly load",
            the: "the nightly load",
            tag: "load",
            things: &[("table", "tables"), ("row", "rows")],
            actions: &[("load a day again", "loading a day again"), ("add a column", "adding a column")],
            faults: &[
                "it stops at the first bad row",
                "it takes longer than the night",
                "rows of the last hour are missing",
            ],
        },
        Part {
            name: "Occupancy",
            the: "the occupancy chart",
            tag: "occupancy",
            things: &[("chart", "charts"), ("harbour", "harbours")],
            actions: &[("choose a range", "choosing a range"), ("compare harbours", "comparing harbours")],
            faults: &[
                "a day without arrivals is left out",
                "it shows more than a hundred per cent",
                "the axis is not labelled",
            ],
        },
        Part {
            name: "Forecast",
            the: "the forecast",
            tag: "forecast",
            things: &[("forecast", "forecasts"), ("model", "models")],
            actions: &[
                ("train the model", "training the model"),
                ("explain a forecast", "explaining a forecast"),
            ],
            faults: &[
                "public holidays are ignored",
                "it never falls below zero",
                "the interval is too narrow",
            ],
        },
        Part {
            name: "Downloads",
            the: "the data download",
            tag: "downloads",
            things: &[("file", "files"), ("column", "columns")],
            actions: &[
                ("download a year", "downloading a year"),
                ("open the file in a spreadsheet", "opening the file in a spreadsheet"),
            ],
            faults: &[
                "numbers become dates",
                "the file ends in the middle of a line",
                "columns have no names",
            ],
        },
    ],
};

pub(super) const OPS: Product = Product {
    key: "OPS",
    name: "Operations",
    parts: &[
        Part {
            name: "Deployment",
            the: "the deployment",
            tag: "deployment",
            things: &[("release", "releases"), ("image", "images")],
            actions: &[
                ("roll back a release", "rolling back a release"),
                ("deploy one harbour first", "deploying one harbour first"),
            ],
            faults: &["old workers stay behind", "the health check passes too early", "migrations run twice"],
        },
        Part {
            name: "Monitoring",
            the: "the monitoring",
            tag: "monitoring",
            things: &[("alarm", "alarms"), ("metric", "metrics")],
            actions: &[("silence an alarm", "silencing an alarm"), ("add a dashboard", "adding a dashboard")],
            faults: &["alarms come in floods", "the disk is full before anybody knows", "graphs have holes"],
        },
        Part {
            name: "Backups",
            the: "the backups",
            tag: "backups",
            things: &[("backup", "backups"), ("restore", "restores")],
            actions: &[
                ("restore a single table", "restoring a single table"),
                ("test a restore", "testing a restore"),
            ],
            faults: &[
                "the oldest backup is never removed",
                "a restore takes a day",
                "the copy abroad is a week old",
            ],
        },
        Part {
            name: "Build",
            the: "the build",
            tag: "build",
            things: &[("test", "tests"), ("pipeline", "pipelines")],
            actions: &[
                ("run the tests in parallel", "running the tests in parallel"),
                ("cache dependencies", "caching dependencies"),
            ],
            faults: &["it fails every tenth time", "the cache grows without end", "warnings are not seen"],
        },
    ],
};

pub(super) const DOCS: Product = Product {
    key: "DOCS",
    name: "Handbook",
    parts: &[
        Part {
            name: "Getting started",
            the: "the first chapter",
            tag: "tutorial",
            things: &[("chapter", "chapters"), ("example", "examples")],
            actions: &[
                ("follow the first chapter", "following the first chapter"),
                ("copy an example", "copying an example"),
            ],
            faults: &["a step is missing", "the pictures are two versions old", "an example does not run"],
        },
        Part {
            name: "Reference",
            the: "the reference",
            tag: "reference",
            things: &[("option", "options"), ("page", "pages")],
            actions: &[
                ("look up an option", "looking up an option"),
                ("link to a section", "linking to a section"),
            ],
            faults: &[
                "defaults are wrong",
                "links lead to a page that is gone",
                "two pages contradict each other",
            ],
        },
        Part {
            name: "Handbook search",
            the: "the search of the handbook",
            tag: "handbook-search",
            things: &[("result", "results"), ("term", "terms")],
            actions: &[("search for a term", "searching for a term"), ("open a result", "opening a result")],
            faults: &["it finds old versions first", "short words find nothing", "results have no titles"],
        },
        Part {
            name: "Translations",
            the: "the translated handbook",
            tag: "handbook-translation",
            things: &[("translation", "translations"), ("sentence", "sentences")],
            actions: &[
                ("switch the language", "switching the language"),
                ("correct a sentence", "correcting a sentence"),
            ],
            faults: &[
                "half of a page is English",
                "umlauts are broken",
                "the language is forgotten on the next page",
            ],
        },
    ],
};
