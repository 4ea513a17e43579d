//! What a server function takes, learned from its arguments themselves: they are read once by a reader that writes down
//! which fields they ask for, of which kind, and which of them can be left out.

use serde::{
    de::{self, DeserializeOwned, DeserializeSeed, MapAccess, Visitor, value::StrDeserializer},
    forward_to_deserialize_any,
};
use std::fmt;

/// What a field is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// What it is made of.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it must be there.
    pub required: bool,
}

/// The fields of a function's arguments.
pub fn of<T: DeserializeOwned>() -> Result<Vec<Argument>, Unread> {
    let mut all = Reading::default();
    T::deserialize(Arguments { reading: &mut all, without: None })?;
    let (names, kinds) = (all.names, all.kinds);
    let required = |at| {
        let mut again = Reading::default();
        T::deserialize(Arguments { reading: &mut again, without: Some(at) }).is_err()
    };
    let fields = names.iter().zip(kinds).enumerate();
    Ok(fields
        .map(|(at, (name, (kind, nullable)))| Argument { name, kind, nullable, required: required(at) })
        .collect())
}

/// Arguments that are made of something else.
#[derive(Debug)]
pub struct Unread(String);

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unread {}

impl de::Error for Unread {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self(why.to_string())
    }
}

#[derive(Default)]
struct Reading {
    names: &'static [&'static str],
    kinds: Vec<(Kind, bool)>,
}

/// The arguments as a whole, but one field when it is to be left out.
struct Arguments<'a> {
    reading: &'a mut Reading,
    without: Option<usize>,
}

impl<'de> de::Deserializer<'de> for Arguments<'_> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unread> {
        Err(Unread("the arguments are no struct".to_owned()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        self.reading.names = fields;
        visitor.visit_map(Fields { reading: self.reading, without: self.without, at: 0 })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Fields<'a> {
    reading: &'a mut Reading,
    without: Option<usize>,
    at: usize,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Unread;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unread> {
        if self.without == Some(self.at) {
            self.at += 1;
        }
        let Some(name) = self.reading.names.get(self.at) else { return Ok(None) };
        self.at += 1;
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unread> {
        seed.deserialize(Field { reading: self.reading, nullable: false })
    }
}

/// One field: it is given something of the kind that it asks for.
struct Field<'a> {
    reading: &'a mut Reading,
    nullable: bool,
}

impl Field<'_> {
    fn is(self, kind: Kind) {
        self.reading.kinds.push((kind, self.nullable));
    }
}

impl<'de> de::Deserializer<'de> for Field<'_> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unread> {
        Err(Unread("a field is neither text nor number nor flag".to_owned()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.is(Kind::Text);
        visitor.visit_str("")
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.deserialize_string(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.is(Kind::Number);
        visitor.visit_i64(1)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.is(Kind::Flag);
        visitor.visit_bool(false)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_some(Self { nullable: true, ..self })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unread> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map struct enum
        identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::api::{CreateIssue, CreateServiceToken, SignOut};

    #[test]
    fn fields_are_learned_from_the_arguments() {
        let said = |arguments: Vec<Argument>| {
            let words = arguments.iter().map(|a| {
                let (null, must) = (if a.nullable { "?" } else { "" }, if a.required { "!" } else { "" });
                format!("{}{must}: {:?}{null}", a.name, a.kind)
            });
            words.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(
            said(of::<CreateIssue>().unwrap()),
            "org!: Text, project!: Text, title!: Text, description: Text, severity!: Text, files: Text, idempotency_key: Text?"
        );
        assert!(
            said(of::<CreateServiceToken>().unwrap()).contains("service!: Number, name!: Text, read: Flag")
        );
        assert_eq!(of::<SignOut>().unwrap(), []);
        assert!(of::<Vec<String>>().is_err());
    }
}
