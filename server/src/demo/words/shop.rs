//! What guests use: the booking site and the app.

use super::{Part, Product};

pub(super) const WEB: Product = Product {
    key: "WEB",
    name: "Booking site",
    parts: &[
        Part {
            name: "Checkout",
            the: "the checkout",
            tag: "checkout",
            things: &[
                ("booking", "bookings"),
                ("deposit", "deposits"),
                ("discount code", "discount codes"),
                ("extra", "extras"),
            ],
            actions: &[
                ("pay by card", "paying by card"),
                ("add a second boat", "adding a second boat"),
                ("enter a discount code", "entering a discount code"),
                ("go back from the payment page", "going back from the payment page"),
                ("confirm a booking", "confirming a booking"),
            ],
            faults: &[
                "the total ignores the discount",
                "the deposit is charged twice",
                "the page stays blank after the bank's confirmation",
                "the button stays disabled",
                "tax is added to prices that include it",
                "the order of the extras changes by itself",
                "the chosen berth is lost",
                "an expired card is accepted and fails later",
            ],
        },
        Part {
            name: "Berth search",
            the: "the berth search",
            tag: "search",
            things: &[("berth", "berths"), ("search result", "search results"), ("harbour", "harbours")],
            actions: &[
                ("search for free berths", "searching for free berths"),
                ("change the arrival date", "changing the arrival date"),
                ("filter by draught", "filtering by draught"),
                ("sort by price", "sorting by price"),
            ],
            faults: &[
                "berths that are taken are offered as free",
                "the list jumps to the top after each filter",
                "the length of the boat is forgotten",
                "results of the previous search are shown",
                "free berths on the outer pier are missing",
                "the number of results and the list disagree",
            ],
        },
        Part {
            name: "Calendar",
            the: "the calendar",
            tag: "calendar",
            things: &[("date", "dates"), ("stay", "stays"), ("blocked day", "blocked days")],
            actions: &[
                ("pick a departure date", "picking a departure date"),
                ("move to the next month", "moving to the next month"),
                ("book a single night", "booking a single night"),
                ("use the calendar with the keyboard", "using the calendar with the keyboard"),
            ],
            faults: &[
                "weeks begin on Sunday for everybody",
                "the day after the change to summer time cannot be chosen",
                "blocked days can be selected",
                "the selected range is one day short",
                "a long stay is cut off at the end of the month",
            ],
        },
        Part {
            name: "Sign-in",
            the: "the sign-in page",
            tag: "sign-in",
            things: &[("account", "accounts"), ("session", "sessions"), ("password", "passwords")],
            actions: &[
                ("sign in", "signing in"),
                ("reset a password", "resetting a password"),
                ("sign out on a shared computer", "signing out on a shared computer"),
                ("merge two accounts", "merging two accounts"),
            ],
            faults: &[
                "the link in the mail has expired at once",
                "guests are signed out in the middle of a booking",
                "an address with a plus sign is refused",
                "the error does not say which field is wrong",
                "the page redirects in a circle",
            ],
        },
        Part {
            name: "Harbour map",
            the: "the harbour map",
            tag: "map",
            things: &[("pier", "piers"), ("marker", "markers"), ("berth label", "berth labels")],
            actions: &[
                ("zoom into a pier", "zooming into a pier"),
                ("click a berth", "clicking a berth"),
                ("print the map", "printing the map"),
                ("switch to the satellite picture", "switching to the satellite picture"),
            ],
            faults: &[
                "markers are drawn on the wrong side of the pier",
                "labels overlap until nothing can be read",
                "the map stays grey",
                "zooming scrolls the page as well",
                "the legend covers the last berths",
            ],
        },
        Part {
            name: "Mails",
            the: "the confirmation mail",
            tag: "mail",
            things: &[
                ("confirmation", "confirmations"),
                ("reminder", "reminders"),
                ("attachment", "attachments"),
            ],
            actions: &[
                ("send a confirmation again", "sending a confirmation again"),
                ("open the calendar file", "opening the calendar file"),
                ("unsubscribe from reminders", "unsubscribing from reminders"),
            ],
            faults: &[
                "the arrival time is in the wrong time zone",
                "the reminder arrives after the departure",
                "the calendar file has the wrong year",
                "it is sent twice to the second guest",
                "special characters in names are broken",
            ],
        },
        Part {
            name: "Prices",
            the: "the price table",
            tag: "prices",
            things: &[
                ("price", "prices"),
                ("season", "seasons"),
                ("surcharge", "surcharges"),
                ("voucher", "vouchers"),
            ],
            actions: &[
                ("look up the price of a week", "looking up the price of a week"),
                ("redeem a voucher", "redeeming a voucher"),
                ("compare two seasons", "comparing two seasons"),
            ],
            faults: &[
                "the last day of the season is charged at the low price",
                "prices are rounded differently from the invoice",
                "the surcharge for catamarans is missing",
                "vouchers lose their rest when they are used twice",
                "the currency is shown twice",
            ],
        },
    ],
};

pub(super) const APP: Product = Product {
    key: "APP",
    name: "Harbour app",
    parts: &[
        Part {
            name: "Notifications",
            the: "the notifications",
            tag: "notifications",
            things: &[
                ("notification", "notifications"),
                ("subscription", "subscriptions"),
                ("weather warning", "weather warnings"),
            ],
            actions: &[
                ("open the app from a notification", "opening the app from a notification"),
                ("mute a harbour", "muting a harbour"),
                ("allow notifications later", "allowing notifications later"),
            ],
            faults: &[
                "they arrive hours late",
                "each of them arrives twice after an update",
                "tapping one opens an empty screen",
                "the badge stays after everything was read",
                "weather warnings of other harbours are shown",
            ],
        },
        Part {
            name: "Offline mode",
            the: "the offline mode",
            tag: "offline",
            things: &[("saved trip", "saved trips"), ("change", "changes"), ("chart", "charts")],
            actions: &[
                ("change a booking without a network", "changing a booking without a network"),
                ("come back online", "coming back online"),
                ("download a chart", "downloading a chart"),
            ],
            faults: &[
                "changes made at sea are overwritten",
                "the list is empty until the network is back",
                "synchronising never ends",
                "a chart has to be downloaded again after each start",
                "conflicts are resolved without asking",
            ],
        },
        Part {
            name: "Gate opener",
            the: "the gate opener",
            tag: "gate",
            things: &[("gate", "gates"), ("key code", "key codes"), ("access", "accesses")],
            actions: &[
                ("open the gate by Bluetooth", "opening the gate by Bluetooth"),
                ("share a key code", "sharing a key code"),
                ("open the gate with wet fingers", "opening the gate with wet fingers"),
            ],
            faults: &[
                "the gate opens only at the second try",
                "codes of departed guests still work",
                "the phone looks for the wrong gate",
                "the app asks for Bluetooth each time",
            ],
        },
        Part {
            name: "Tide table",
            the: "the tide table",
            tag: "tides",
            things: &[("tide", "tides"), ("station", "stations"), ("curve", "curves")],
            actions: &[
                ("look at tomorrow's tides", "looking at tomorrow's tides"),
                ("choose another station", "choosing another station"),
                ("set an alarm for high water", "setting an alarm for high water"),
            ],
            faults: &[
                "high water is off by one hour",
                "the curve has a step at midnight",
                "the nearest station is in another country",
                "heights are metres under a label in feet",
            ],
        },
        Part {
            name: "Camera",
            the: "the photo upload",
            tag: "photos",
            things: &[("photo", "photos"), ("damage report", "damage reports"), ("document", "documents")],
            actions: &[
                ("send a photo of the boat", "sending a photo of the boat"),
                ("scan the insurance papers", "scanning the insurance papers"),
                ("cancel an upload", "cancelling an upload"),
            ],
            faults: &[
                "pictures are turned by ninety degrees",
                "the upload starts again from the beginning",
                "the app runs out of memory",
                "documents are unreadable after scaling",
            ],
        },
        Part {
            name: "Widgets",
            the: "the home screen widget",
            tag: "widget",
            things: &[("widget", "widgets"), ("countdown", "countdowns")],
            actions: &[
                ("add the widget", "adding the widget"),
                ("tap the countdown", "tapping the countdown"),
            ],
            faults: &[
                "it shows the previous trip",
                "it drains the battery",
                "the text is cut off",
                "it stays white after a restart",
            ],
        },
    ],
};
