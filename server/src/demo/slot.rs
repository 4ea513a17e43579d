//! The gaps of templates, by name.

macro_rules! slots {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)+) => {
        /// What goes into a gap; see [`super::scene::Scene::value`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Slot {
            $($(#[$doc])* $variant,)+
        }

        impl Slot {
            /// The slot with this name.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

slots! {
    /// `Checkout`.
    Name = "name";
    /// `the checkout`.
    Part = "part";
    /// `booking`.
    Thing = "thing";
    /// `a booking`, `an invoice`.
    AThing = "a thing";
    /// `bookings`.
    Things = "things";
    /// `pay by card`.
    Do = "do";
    /// `paying by card`.
    Doing = "doing";
    /// Another thing that one does in this part.
    OtherDo = "other do";
    /// `the deposit is charged twice`.
    Fault = "fault";
    /// `on a slow connection`.
    Condition = "condition";
    /// Another condition.
    OtherCondition = "other condition";
    /// `time zone`.
    Attribute = "attribute";
    /// `error 409`.
    Error = "error";
    /// `deadline exceeded`: how a program calls it.
    Code = "code";
    /// `Firefox 128`.
    Browser = "browser";
    /// Another browser.
    OtherBrowser = "other browser";
    /// `Windows 11`.
    System = "system";
    /// `an old iPad`.
    Device = "device";
    /// `Marina Sol`.
    Customer = "customer";
    /// `the counter`.
    Place = "place";
    /// `Danish`.
    Locale = "locale";
    /// `CSV`.
    Format = "format";
    /// `Ctrl K`.
    Shortcut = "shortcut";
    /// `the date library`.
    Dependency = "dependency";
    /// The version that the issue was found in.
    Version = "version";
    /// The version before that.
    Before = "before";
    /// The version that comes next.
    Next = "next";
    /// First name of the reporter.
    Reporter = "reporter";
    /// First name of who works on it, or looks at it.
    Worker = "worker";
    /// Key of an earlier issue of the project.
    Earlier = "earlier";
    /// 2 to 9.
    Few = "few";
    /// 10 to 90.
    Some = "some";
    /// 200 to 9000.
    Many = "many";
    /// Milliseconds that are too many.
    Millis = "millis";
    /// `7f3a91c2`.
    Id = "id";
    /// `14:03:27.118`.
    Time = "time";
    /// `2026-03-14`.
    Date = "date";
    /// `checkout`: the part in addresses and names of files.
    Path = "path";
    /// `Booking`: the thing in names of types.
    Type = "type";
}
