//! What was sent, as the arguments of a function. It is read strictly: a field that the function does not have is a
//! typing error, and whoever made it is told which fields there are, instead of wondering why nothing happened.
//!
//! A key of idempotency may stand beside the fields of every function: one that has no such field does the same thing
//! whether it is called once or twice.

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, IgnoredAny, MapAccess, Visitor, value::Error as NoValue},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value, error::Category};
use std::{collections::BTreeMap, fmt};
use tracker_domain::error::{AppError, FieldError};

/// How deep a form's fields may nest; ours do not.
const FORM_DEPTH: usize = 2;
/// See the module.
const KEY: &str = "idempotency_key";

/// The fields that a struct reads.
pub fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    let _ = T::deserialize(Names(&mut names));
    names
}

/// Reads a JSON body.
pub(super) fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, AppError> {
    let Members(sent) = serde_json::from_slice(body).map_err(|error| no_object(&error))?;
    known::<T>(sent.keys().map(String::as_str))?;
    if let Some((name, _)) =
        sent.iter().find(|(_, value)| value.as_str().is_some_and(|text| text.contains('\0')))
    {
        return Err(nul(name));
    }
    serde_path_to_error::deserialize(Value::Object(sent)).map_err(|error| wrong(&error))
}

/// Reads the body of a form.
pub fn from_form<T: DeserializeOwned>(body: &[u8]) -> Result<T, AppError> {
    let config = serde_qs::Config::new(FORM_DEPTH, false);
    let unreadable = |_| AppError::Unreadable { message: "The body is no form, or not in UTF-8.".to_owned() };
    let sent: BTreeMap<String, IgnoredAny> = config.deserialize_bytes(body).map_err(unreadable)?;
    known::<T>(sent.keys().map(String::as_str))?;
    if body.contains(&0) || body.windows(3).any(|three| three == b"%00") {
        return Err(nul("body"));
    }
    let form = serde_qs::Deserializer::with_config(&config, body).map_err(unreadable)?;
    serde_path_to_error::deserialize(form).map_err(|error| wrong(&error))
}

/// Holds that the function has all of these fields.
fn known<'a, T: DeserializeOwned>(sent: impl Iterator<Item = &'a str>) -> Result<(), AppError> {
    let fields = fields::<T>();
    let unknown = sent.filter(|name| *name != KEY && !fields.contains(name));
    let errors: Vec<FieldError> = unknown.map(|name| stranger(name, fields)).collect();
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid { errors }) }
}

/// No text has this character: the database cannot keep it.
fn nul(field: &str) -> AppError {
    AppError::invalid(field, "This has the character U+0000, which no text may have.")
}

fn stranger(field: &str, fields: &[&str]) -> FieldError {
    let list = if fields.is_empty() { "none".to_owned() } else { fields.join(", ") };
    let message = format!("\u{201c}{field}\u{201d} is no field of this function. It has: {list}.");
    let known = fields.iter().map(|field| (*field).to_owned()).collect();
    FieldError { field: field.to_owned(), message, known }
}

fn no_object(error: &serde_json::Error) -> AppError {
    match error.classify() {
        Category::Data => AppError::invalid("body", "The body must be one object, with each field once."),
        _ => AppError::Unreadable { message: format!("The body is no JSON: {error}.") },
    }
}

/// What the decoder says, without what was sent: that could be a password.
fn wrong<E: fmt::Display>(error: &serde_path_to_error::Error<E>) -> AppError {
    let (path, said) = (error.path().to_string(), error.inner().to_string());
    if let Some(field) = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return AppError::invalid(field, format!("\u{201c}{field}\u{201d} is missing."));
    }
    let field = if path == "." { "body" } else { &path };
    let message = match said.rsplit_once("expected ") {
        Some((_, "i64")) => "This must be a whole number.".to_owned(),
        Some((_, expected)) => format!("This must be {expected}."),
        None if said.ends_with('.') => said,
        None => "This has the wrong form.".to_owned(),
    };
    AppError::invalid(field, message)
}

/// An object whose members have different names.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;

        impl<'de> Visitor<'de> for Reading {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut sent: A) -> Result<Members, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = sent.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(de::Error::custom("a field stands there twice"));
                    }
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reading)
    }
}

/// Reads nothing, and notes which fields were asked for.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = NoValue;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NoValue> {
        Err(de::Error::custom("there is no value"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Wanted {
        title: String,
        #[serde(default)]
        version: Option<i64>,
    }

    fn refused(body: &str) -> AppError {
        from_json::<Wanted>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_right_is_read_from_both() {
        let wanted = || Wanted { title: "A b".to_owned(), version: Some(3) };
        assert_eq!(from_json::<Wanted>(br#"{"title":"A b","version":3}"#), Ok(wanted()));
        assert_eq!(from_form::<Wanted>(b"title=A+b&version=3"), Ok(wanted()));
        let none = Wanted { title: "A".to_owned(), version: None };
        assert_eq!(from_form::<Wanted>(b"title=A&version="), Ok(none), "an empty field of a form");
        assert!(from_json::<Wanted>(br#"{"title":"A","idempotency_key":"12345678"}"#).is_ok());
    }

    #[test]
    fn what_is_not_known_is_told_with_what_is() {
        let error = refused(r#"{"title":"A","tilte":1,"x":2}"#);
        let AppError::Invalid { errors } = error else { panic!("{error}") };
        assert_eq!(errors.len(), 2);
        assert_eq!(
            (errors[0].field.as_str(), errors[0].known.join(" ")),
            ("tilte", "title version".to_owned())
        );
        assert!(from_form::<Wanted>(b"title=A&tilte=1").unwrap_err().about("tilte").is_some());
    }

    #[test]
    fn no_text_has_what_cannot_be_kept() {
        assert!(refused(r#"{"title":"a\u0000b"}"#).about("title").is_some());
        assert!(from_form::<Wanted>(b"title=a%00b").unwrap_err().about("body").is_some());
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field_and_never_repeated() {
        assert_eq!(refused("{}").about("title"), Some("\u{201c}title\u{201d} is missing."));
        assert_eq!(refused(r#"{"title":12345678}"#).about("title"), Some("This must be a string."));
        assert_eq!(
            refused(r#"{"title":"A","version":"3"}"#).about("version"),
            Some("This must be a whole number.")
        );
        for body in ["[]", "7", "null", r#"{"title":"A","title":"B"}"#] {
            assert!(refused(body).about("body").is_some(), "{body}");
        }
        assert!(from_form::<Wanted>(b"title=A&version=x").unwrap_err().about("version").is_some());
        for body in ["", "{", "{}{}", "{\"title\":\"\\ud800\"}", "nonsense"] {
            assert!(matches!(refused(body), AppError::Unreadable { .. }), "{body}");
        }
        assert!(matches!(from_json::<Wanted>(b"{\"title\":\"\xff\"}"), Err(AppError::Unreadable { .. })));
    }
}
