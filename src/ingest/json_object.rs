//! One JSON object as a record: keys, paths with dots, plain values as text.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

use super::json_values::{JsonValue, read_values};

/// The values of one object that are looked at.
pub(super) struct JsonObject<'a> {
    keys: &'a [String],
    values: Vec<JsonValue<'a>>,
}

impl<'a> JsonObject<'a> {
    /// The values of `keys` in an object's text.
    ///
    /// Errors: the text is no JSON, or no object.
    pub(super) fn parse(text: &'a [u8], keys: &'a [String]) -> Result<JsonObject<'a>, serde_json::Error> {
        Ok(JsonObject { keys, values: read_values(text, keys)? })
    }

    fn top(&self, key: &str) -> &JsonValue<'a> {
        let position = self.keys.iter().position(|own| own == key);
        position.and_then(|position| self.values.get(position)).unwrap_or(&JsonValue::Absent)
    }

    /// A key as it stands, else a path with dots.
    pub(super) fn find(&self, key: &str) -> Cow<'_, JsonValue<'a>> {
        let value = self.top(key);
        if let (JsonValue::Absent, Some((first, rest))) = (value, key.split_once('.'))
            && let JsonValue::Nested(nested) = self.top(first)
        {
            return Cow::Owned(follow(nested, rest).map_or(JsonValue::Absent, JsonValue::from));
        }
        Cow::Borrowed(value)
    }

    /// Joins values with a space, `-` for an absent one; empty if all are absent.
    pub(super) fn join(
        &self,
        keys: &[String],
        text: &mut String,
        joined: &mut String,
    ) -> Result<(), &'static str> {
        joined.clear();
        let mut any = false;
        for (position, key) in keys.iter().enumerate() {
            if position > 0 {
                joined.push(' ');
            }
            write_text(&self.find(key), text)?;
            any |= !text.is_empty();
            joined.push_str(if text.is_empty() { "-" } else { text });
        }
        if !any {
            joined.clear();
        }
        Ok(())
    }
}

fn follow<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    object.get(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        follow(object.get(first)?, rest)
    })
}

/// Replaces `text` by a plain value's text; empty for what is absent or null.
pub(super) fn write_text(value: &JsonValue<'_>, text: &mut String) -> Result<(), &'static str> {
    text.clear();
    match value {
        JsonValue::Absent => {}
        JsonValue::Text(value) => text.push_str(value.trim()),
        // Writing to a string cannot fail.
        JsonValue::Number(number) => _ = write!(text, "{number}"),
        JsonValue::Flag(flag) => _ = write!(text, "{flag}"),
        JsonValue::Nested(Value::Array(_)) => return Err("is a list, not a plain value"),
        JsonValue::Nested(_) => {
            return Err("is an object, not a plain value; a path with dots reaches into it");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(object: &str, key: &str) -> Result<String, &'static str> {
        let keys: Vec<String> = ["a", "a.b", "a.b.c"].map(str::to_owned).to_vec();
        let object = JsonObject::parse(object.as_bytes(), &keys).expect("an object");
        let mut text = "left over".to_owned();
        write_text(&object.find(key), &mut text).map(|()| text)
    }

    #[test]
    fn a_key_with_dots_wins_over_the_path_that_it_looks_like() {
        assert_eq!(text_of(r#"{"a":{"b":1},"a.b":2}"#, "a.b").as_deref(), Ok("2"));
        assert_eq!(text_of(r#"{"a":{"b":1}}"#, "a.b").as_deref(), Ok("1"));
        assert_eq!(text_of(r#"{"a":{"b.c":true}}"#, "a.b.c").as_deref(), Ok("true"));
        assert_eq!(text_of(r#"{"a":{"b":{"c":" x "}}}"#, "a.b.c").as_deref(), Ok("x"));
        assert_eq!(text_of(r#"{"a":7}"#, "a.b").as_deref(), Ok(""));
    }

    #[test]
    fn lists_and_objects_are_no_plain_values() {
        assert!(text_of(r#"{"a":[1]}"#, "a").is_err());
        assert!(text_of(r#"{"a":{}}"#, "a").is_err());
    }
}
