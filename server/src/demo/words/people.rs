//! Names of people who do not exist.

use tracker_domain::org::Role;

/// The people of a small team, the busiest of each role first.
pub(in crate::demo) const TEAM: &[(&str, Role)] = &[
    ("Marit Solberg", Role::Admin),
    ("Tomas Ferreira", Role::Admin),
    ("Ines Carvalho", Role::Maintainer),
    ("Jonas Lindqvist", Role::Maintainer),
    ("Priya Raman", Role::Maintainer),
    ("Aleksander Nowak", Role::Maintainer),
    ("Hanne Dahl", Role::Reporter),
    ("Luc Moreau", Role::Reporter),
    ("Kaisa Virtanen", Role::Reporter),
    ("Piet de Groot", Role::Reporter),
    ("Elena Rossi", Role::Reporter),
    ("Sean Byrne", Role::Reporter),
];

pub(in crate::demo) const FIRST_NAMES: &[&str] = &[
    "Ada", "Bjarne", "Carmen", "Dorota", "Emil", "Fatima", "Goran", "Helmi", "Ivar", "Jutta", "Kalle",
    "Leonor", "Matteo", "Nadia", "Oskar", "Paula", "Quentin", "Ronja", "Stefan", "Tuuli", "Umberto", "Vera",
    "Willem", "Yara", "Zoe",
];

pub(in crate::demo) const LAST_NAMES: &[&str] = &[
    "Aalto", "Berg", "Costa", "Dupont", "Eriksen", "Fischer", "Gallo", "Hofman", "Ilves", "Jansen",
    "Kowalski", "Larsen", "Mendes", "Novak", "Olsen", "Pereira", "Quist", "Rask", "Santos", "Tamm",
];
