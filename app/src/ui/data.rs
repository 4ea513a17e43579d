//! What a page is made of: asked for on the server, and handed to the browser beside the HTML, so that it is not asked
//! for again.

use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Error;
use std::{future::Future, string::FromUtf8Error};

/// JSON in which quotation marks and apostrophes have changed places.
///
/// The framework writes it as a string of a script. There each quotation mark is escaped by itself, and JSON has one every
/// few letters: that took a tenth of a page's time, and made the string a seventh longer.
pub struct PageJson;

/// The data of the page that `source` names; nothing of the page is sent before it is there.
pub fn page_data<S, T, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetcher: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Resource<T, PageJson>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(source, fetcher, true)
}

impl<T: Serialize> Encoder<T> for PageJson {
    type Error = Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Error> {
        swap(serde_json::to_string(value)?).map_err(serde::ser::Error::custom)
    }
}

impl<T: DeserializeOwned> Decoder<T> for PageJson {
    type Error = Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Error> {
        serde_json::from_str(&swap(text.to_owned()).map_err(serde::de::Error::custom)?)
    }
}

/// Both are ASCII, of which no other character has a part: what comes out is text again.
fn swap(json: String) -> Result<String, FromUtf8Error> {
    let swapped = json.into_bytes().into_iter().map(|byte| match byte {
        b'"' => b'\'',
        b'\'' => b'"',
        other => other,
    });
    String::from_utf8(swapped.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_decoded() {
        let value = ["", "it's", "\"so\" they say", "\\'\"\n", "</script>", "äöü \u{1f600}"]
            .map(str::to_owned)
            .to_vec();
        let text = PageJson::encode(&value).unwrap();
        assert!(text.starts_with("['','it\"s','\\'so\\' they say',"), "{text}");
        assert_eq!(<PageJson as Decoder<Vec<String>>>::decode(&text).unwrap(), value);
    }
}
