//! The wanted values of one JSON object; the rest is skipped without being stored, which is most of the work
//! that reading every object into a tree would be.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Number, Value};

/// A value of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum JsonValue<'a> {
    /// The key is absent, or its value is null.
    #[default]
    Absent,
    /// A string.
    Text(Cow<'a, str>),
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Flag(bool),
    /// A list or an object.
    Nested(Value),
}

/// Reads the values of `keys` in their order, each as often as the object has it: the last one counts.
///
/// Errors: the text is no JSON, or no object.
pub(super) fn read_values<'a>(
    text: &'a [u8],
    keys: &[String],
) -> Result<Vec<JsonValue<'a>>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let values = deserializer.deserialize_map(Wanted { keys })?;
    deserializer.end()?;
    Ok(values)
}

struct Wanted<'k> {
    keys: &'k [String],
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Vec<JsonValue<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![JsonValue::Absent; self.keys.len()];
        while let Some(position) = map.next_key_seed(KeyPosition { keys: self.keys })? {
            match position {
                Some(position) => values[position] = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

/// Finds a key among the wanted ones without keeping its text.
struct KeyPosition<'k> {
    keys: &'k [String],
}

impl<'de> DeserializeSeed<'de> for KeyPosition<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyPosition<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.keys.iter().position(|wanted| wanted == key))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = JsonValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(JsonValue::Absent)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(JsonValue::Flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(JsonValue::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(JsonValue::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Number::from_f64(number).map(JsonValue::Number).ok_or_else(|| E::custom("a number without end"))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(JsonValue::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(JsonValue::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(items)).map(JsonValue::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(JsonValue::Nested)
    }
}

impl From<&Value> for JsonValue<'static> {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => JsonValue::Absent,
            Value::Bool(flag) => JsonValue::Flag(*flag),
            Value::Number(number) => JsonValue::Number(number.clone()),
            Value::String(text) => JsonValue::Text(Cow::Owned(text.clone())),
            nested => JsonValue::Nested(nested.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<JsonValue<'_>>, String> {
        let keys = ["a", "b"].map(str::to_owned);
        read_values(text.as_bytes(), &keys).map_err(|error| error.to_string())
    }

    #[test]
    fn wanted_values_come_in_the_order_of_their_keys() {
        let values = read(r#"{"x":{"a":1},"b":[2],"a":"t\u0041","y":null}"#).unwrap();
        assert_eq!(values[0], JsonValue::Text("tA".into()));
        assert_eq!(values[1], JsonValue::Nested(serde_json::json!([2])));
        assert_eq!(read(r#"{"a":null}"#).unwrap(), [JsonValue::Absent, JsonValue::Absent]);
        assert_eq!(read(r#"{"a":1,"a":-2.5}"#).unwrap()[0], JsonValue::from(&serde_json::json!(-2.5)));
    }

    #[test]
    fn what_is_no_object_or_more_than_one_is_an_error() {
        for text in ["", "17", "[]", "{\"a\":1", "{} {}", "{\"a\":1}x"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
