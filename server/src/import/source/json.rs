//! JSON read into types, with an error that says where it is wrong.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, MapAccess, Visitor},
};
use std::fmt;

use super::fit;
use crate::import::record::PersonName;

/// Reads a part of a source; the error is a sentence.
pub fn read<T: DeserializeOwned>(part: &[u8]) -> Result<T, String> {
    if !part.trim_ascii_start().starts_with(b"{") {
        return Err("it is no JSON object".to_owned());
    }
    // Following the path costs time, so it is done for those that are wrong only.
    serde_json::from_slice(part).or_else(|_| {
        let mut json = serde_json::Deserializer::from_slice(part);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| said(&error))?;
        json.end().map_err(|error| format!("it is no JSON: {error}"))?;
        Ok(value)
    })
}

fn said(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let (path, inner) = (error.path().to_string(), error.inner());
    let text = inner.to_string();
    if !inner.is_data() {
        return format!("it is no JSON: {text}");
    }
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    if path == "." { what.to_owned() } else { format!("`{path}`: {what}") }
}

/// A word that may be written as a number.
#[derive(Debug, Clone)]
pub struct Word(pub String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Word, E> {
                Ok(Word(text.to_owned()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Somebody: a handle, or an object with `handle`, `name` and `email`.
#[derive(Debug, Clone)]
pub struct Who(pub Option<PersonName>);

impl<'de> Deserialize<'de> for Who {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Who;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a handle, or an object with handle, name and email")
            }

            fn visit_unit<E: Error>(self) -> Result<Who, E> {
                Ok(Who(None))
            }

            fn visit_str<E: Error>(self, handle: &str) -> Result<Who, E> {
                Ok(Who(fit::person(handle, None, None)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Who, A::Error> {
                let (mut handle, mut name, mut email) = (None::<String>, None::<String>, None::<String>);
                while let Some(field) = map.next_key::<String>()? {
                    match field.as_str() {
                        "handle" => handle = map.next_value()?,
                        "name" => name = map.next_value()?,
                        "email" => email = map.next_value()?,
                        _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                    }
                }
                let handle = handle.or_else(|| email.clone()).or_else(|| name.clone()).unwrap_or_default();
                Ok(Who(fit::person(&handle, name.as_deref(), email.as_deref())))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
