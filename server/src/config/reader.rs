//! Reading settings by name and collecting what is wrong with them.

use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use tracker_domain::text::Secret;

use super::{Problems, providers::FIELDS, settings};

/// One setting, as the documentation lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its environment variable.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Whether it may also be given as the name of a file, in the variable with `_FILE` behind it.
    pub secret: bool,
}

impl Setting {
    pub(super) const fn new(name: &'static str, default: &'static str, about: &'static str) -> Self {
        Self { name, default, about, secret: false }
    }

    pub(super) const fn secret(name: &'static str, default: &'static str, about: &'static str) -> Self {
        Self { name, default, about, secret: true }
    }

    /// Its name in the file.
    pub fn key(&self) -> String {
        self.name.strip_prefix("TRACKER_").unwrap_or(self.name).to_ascii_lowercase()
    }
}

/// What can be said of each provider, see [`super::providers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the file.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Whether it may also be given as the name of a file.
    pub secret: bool,
}

impl Field {
    pub(super) const fn new(name: &'static str, default: &'static str, about: &'static str) -> Self {
        Self { name, default, about, secret: false }
    }

    pub(super) const fn secret(name: &'static str, default: &'static str, about: &'static str) -> Self {
        Self { name, default, about, secret: true }
    }

    /// Whether it is called so in the file.
    pub(super) fn has_key(&self, key: &str) -> bool {
        key == self.name || (self.secret && key.strip_suffix("_file") == Some(self.name))
    }
}

/// The fields of one provider.
pub(super) type Fields = BTreeMap<String, Value>;

/// The provider and its field that a variable names: `CORP_CLIENT_ID` is `corp` and `client_id`.
fn provider_field(variable: &str) -> Option<(String, String)> {
    let lower = variable.to_ascii_lowercase();
    let keys =
        FIELDS.iter().flat_map(|f| [Some(f.name.to_owned()), f.secret.then(|| format!("{}_file", f.name))]);
    let found = keys.flatten().filter_map(|key| {
        let name = lower.strip_suffix(&key)?.strip_suffix('_')?;
        Some((name.replace('_', "-"), key))
    });
    found.max_by_key(|(_, key)| key.len()).filter(|(name, _)| !name.is_empty())
}

/// Where settings come from.
#[derive(Debug, Clone)]
pub struct Source {
    environment: BTreeMap<String, String>,
    file: PathBuf,
}

impl Source {
    /// From these variables, and the file unless they name another.
    pub fn new(environment: impl IntoIterator<Item = (String, String)>, file: &Path) -> Self {
        Self { environment: environment.into_iter().collect(), file: file.to_owned() }
    }
}

/// What the variables of providers begin with.
const PROVIDER: &str = "TRACKER_PROVIDER_";

/// See the module.
pub(super) struct Reader {
    values: BTreeMap<String, Value>,
    providers: BTreeMap<String, Fields>,
    problems: Vec<String>,
}

impl Reader {
    pub(super) fn new(source: Source, file: &Setting) -> Self {
        let mut reader = Self { values: BTreeMap::new(), providers: BTreeMap::new(), problems: Vec::new() };
        let names = known_names();
        let environment = reader.environment(&source, &names);
        let text = reader.file(&source, file);
        let layers = Figment::from(Toml::string(&text)).merge(Serialized::globals(environment));
        match layers.extract::<BTreeMap<String, Value>>() {
            Ok(values) => reader.values = values,
            Err(error) => reader.problems.push(format!("{}: {error}", file.name)),
        }
        reader.providers(&source);
        let unknown: Vec<_> =
            reader.values.keys().filter(|key| !names.values().any(|n| n == *key)).cloned().collect();
        for key in unknown {
            let near = nearest(&key, names.values());
            reader.problems.push(format!("{key} in the file of settings is not known{near}"));
        }
        reader
    }

    fn environment(&mut self, source: &Source, names: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut known = BTreeMap::new();
        for (name, value) in &source.environment {
            match names.get(name) {
                Some(key) => _ = known.insert(key.clone(), value.clone()),
                None if name.strip_prefix(PROVIDER).and_then(provider_field).is_some() => {}
                None if name.starts_with("TRACKER_") => {
                    self.problems.push(format!("{name} is not known{}", nearest(name, names.keys())));
                }
                None => {}
            }
        }
        known
    }

    /// Puts the tables of the file and the variables of each provider together.
    fn providers(&mut self, source: &Source) {
        match self.values.remove("providers").map(serde_json::from_value) {
            Some(Ok(tables)) => self.providers = tables,
            Some(Err(_)) => self.problems.push("providers in the file of settings must be tables".to_owned()),
            None => {}
        }
        for (name, value) in source.environment.iter().filter(|(_, value)| !value.trim().is_empty()) {
            if let Some((provider, field)) = name.strip_prefix(PROVIDER).and_then(provider_field) {
                self.providers.entry(provider).or_default().insert(field, Value::String(value.clone()));
            }
        }
    }

    /// The fields of each provider, by name.
    pub(super) fn take_providers(&mut self) -> BTreeMap<String, Fields> {
        std::mem::take(&mut self.providers)
    }

    /// Adds what else is wrong.
    pub(super) fn add(&mut self, problems: Vec<String>) {
        self.problems.extend(problems);
    }

    fn file(&mut self, source: &Source, setting: &Setting) -> String {
        let named = source.environment.get(setting.name);
        let path = named.map_or(source.file.as_path(), Path::new);
        if named.is_none() && !path.exists() {
            return String::new();
        }
        fs::read_to_string(path).unwrap_or_else(|error| {
            self.problems.push(format!("{}: cannot read {} ({error})", setting.name, path.display()));
            String::new()
        })
    }

    pub(super) fn problem(&mut self, setting: &Setting, message: impl std::fmt::Display) {
        self.problems.push(format!("{} {message}", setting.name));
    }

    /// The text of a setting; an empty one is as good as none.
    pub(super) fn text(&mut self, setting: &Setting) -> Option<String> {
        let text = match self.values.get(&setting.key())? {
            Value::String(text) => text.trim().to_owned(),
            Value::Bool(_) | Value::Number(_) => self.values[&setting.key()].to_string(),
            _ => {
                self.problem(setting, "must be a single value");
                return None;
            }
        };
        (!text.is_empty()).then_some(text)
    }

    /// A setting that `parse` understands, or the fallback; the problem says what was expected.
    pub(super) fn parse<T>(
        &mut self,
        setting: &Setting,
        fallback: T,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        let Some(text) = self.text(setting) else {
            return fallback;
        };
        parse(&text).unwrap_or_else(|| {
            self.problem(setting, format!("must be {expected}, not \u{201c}{text}\u{201d}"));
            fallback
        })
    }

    /// A whole number in a range.
    pub(super) fn number(
        &mut self,
        setting: &Setting,
        fallback: u32,
        range: std::ops::RangeInclusive<u32>,
    ) -> u32 {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        self.parse(setting, fallback, &expected, |text| text.parse().ok().filter(|n| range.contains(n)))
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, setting: &Setting, fallback: bool) -> bool {
        self.choice(setting, fallback, &[("true", true), ("false", false)])
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&mut self, setting: &Setting, fallback: T, words: &[(&str, T)]) -> T {
        let expected = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
        self.parse(setting, fallback, &expected, |text| {
            words.iter().find(|(word, _)| *word == text).map(|(_, v)| *v)
        })
    }

    /// A secret, from its setting or from the file that is named instead. Problems never repeat it.
    pub(super) fn secret(&mut self, setting: &Setting) -> Option<Secret> {
        let direct = self.text(setting);
        let key = format!("{}_file", setting.key());
        let named =
            self.values.get(&key).and_then(Value::as_str).filter(|path| !path.is_empty()).map(PathBuf::from);
        match (direct, named) {
            (Some(_), Some(_)) => {
                self.problem(setting, format!("and {}_FILE are both set; keep one", setting.name));
                None
            }
            (direct, None) => direct.map(Secret::new),
            (None, Some(path)) => match fs::read_to_string(&path) {
                Ok(text) => Some(Secret::new(text.trim())),
                Err(error) => {
                    self.problems.push(format!(
                        "{}_FILE: cannot read {} ({error})",
                        setting.name,
                        path.display()
                    ));
                    None
                }
            },
        }
    }

    pub(super) fn finish(self) -> Result<(), Problems> {
        if self.problems.is_empty() { Ok(()) } else { Err(Problems(self.problems)) }
    }
}

/// Environment variable and key of everything that can be set.
fn known_names() -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for setting in settings() {
        names.insert(setting.name.to_owned(), setting.key());
        if setting.secret {
            names.insert(format!("{}_FILE", setting.name), format!("{}_file", setting.key()));
        }
    }
    names
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> String {
    let score = |other: &&String| strsim::damerau_levenshtein(name, other);
    known
        .min_by_key(score)
        .filter(|other| score(other) <= 6)
        .map(|other| format!("; did you mean {other}?"))
        .unwrap_or_default()
}
