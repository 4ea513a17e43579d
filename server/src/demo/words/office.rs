//! What the people of the harbour office use.

use super::{Part, Product};

pub(super) const DESK: Product = Product {
    key: "DESK",
    name: "Harbour office",
    parts: &[
        Part {
            name: "Berth plan",
            the: "the berth plan",
            tag: "berth-plan",
            things: &[
                ("berth", "berths"),
                ("assignment", "assignments"),
                ("arrival", "arrivals"),
                ("conflict", "conflicts"),
            ],
            actions: &[
                ("drag a boat to another berth", "dragging a boat to another berth"),
                ("split a stay", "splitting a stay"),
                ("undo a move", "undoing a move"),
                ("block a pier for repairs", "blocking a pier for repairs"),
            ],
            faults: &[
                "two boats are on the same berth",
                "a moved boat jumps back after a moment",
                "the plan of yesterday is shown until it is reloaded",
                "arrivals are sorted by name instead of time",
                "boats that left are still drawn",
                "the colours of paid and unpaid are swapped",
            ],
        },
        Part {
            name: "Invoices",
            the: "the invoices",
            tag: "invoices",
            things: &[
                ("invoice", "invoices"),
                ("credit note", "credit notes"),
                ("line", "lines"),
                ("tax rate", "tax rates"),
            ],
            actions: &[
                ("cancel an invoice", "cancelling an invoice"),
                ("send invoices in bulk", "sending invoices in bulk"),
                ("split an invoice between owners", "splitting an invoice between owners"),
                ("change the billing address", "changing the billing address"),
            ],
            faults: &[
                "the sum differs from the lines by a cent",
                "numbers have a gap",
                "the old address is printed",
                "a cancelled invoice is sent again",
                "electricity is billed for the wrong month",
                "the tax of a credit note has the wrong sign",
            ],
        },
        Part {
            name: "Meter readings",
            the: "the meter readings",
            tag: "meters",
            things: &[("meter", "meters"), ("reading", "readings"), ("pillar", "pillars")],
            actions: &[
                ("enter a reading by hand", "entering a reading by hand"),
                ("replace a meter", "replacing a meter"),
                ("import the readings of a night", "importing the readings of a night"),
            ],
            faults: &[
                "a meter that starts again at zero gives a negative use",
                "readings of two pillars are swapped",
                "the last reading of the day is missing",
                "the same reading is counted twice",
            ],
        },
        Part {
            name: "Reports",
            the: "the monthly report",
            tag: "reports",
            things: &[("report", "reports"), ("figure", "figures"), ("column", "columns")],
            actions: &[
                ("export a report", "exporting a report"),
                ("compare two years", "comparing two years"),
                ("schedule a report", "scheduling a report"),
                ("filter by pier", "filtering by pier"),
            ],
            faults: &[
                "the sum of the piers is not the sum of the harbour",
                "nights over the end of a month are counted in both",
                "the chart begins at a random number",
                "the export has fewer rows than the screen",
                "the year before is empty",
            ],
        },
        Part {
            name: "Guest register",
            the: "the guest register",
            tag: "guests",
            things: &[("guest", "guests"), ("boat", "boats"), ("note", "notes"), ("contract", "contracts")],
            actions: &[
                ("merge two guests", "merging two guests"),
                ("find a boat by its sail number", "finding a boat by its sail number"),
                ("delete a guest who asked for it", "deleting a guest who asked for it"),
                ("renew a yearly contract", "renewing a yearly contract"),
            ],
            faults: &[
                "notes of a merged guest are lost",
                "the search finds deleted guests",
                "the same boat is listed twice",
                "contracts end a day too early",
                "fields that are empty are shown as undefined",
            ],
        },
        Part {
            name: "Permissions",
            the: "the permissions",
            tag: "permissions",
            things: &[("role", "roles"), ("user", "users"), ("right", "rights")],
            actions: &[
                ("take a right away", "taking a right away"),
                ("invite a colleague", "inviting a colleague"),
                ("work for two harbours", "working for two harbours"),
            ],
            faults: &[
                "a removed colleague can still open the plan",
                "seasonal staff see the turnover",
                "a change holds only after the next sign-in",
                "the page is empty instead of refusing",
            ],
        },
        Part {
            name: "Printing",
            the: "the print view",
            tag: "printing",
            things: &[("page", "pages"), ("label", "labels"), ("badge", "badges")],
            actions: &[
                ("print the arrivals of the day", "printing the arrivals of the day"),
                ("print berth badges", "printing berth badges"),
            ],
            faults: &[
                "the last line of each page is cut",
                "the dark theme is printed",
                "an empty page comes at the end",
                "badges are too wide for the paper",
            ],
        },
    ],
};
