//! Entries of a GGUF under their full names, by what they hold; none is quoted in an error.

use anyhow::{Result, bail};
use candle_core::quantized::gguf_file::Value;

use super::gguf::Gguf;

impl Gguf<'_> {
    /// A text; `None` when the file has no such key.
    pub fn text(&self, key: &str) -> Result<Option<String>> {
        self.entry(key, "a text", text)
    }

    /// Whether something is so; `None` when the file has no such key.
    pub fn flag(&self, key: &str) -> Result<Option<bool>> {
        self.entry(key, "true or false", |value| value.to_bool().ok())
    }

    /// A token's id; `None` when the file has no such key.
    pub fn id(&self, key: &str) -> Result<Option<u32>> {
        self.entry(key, "a token id", |value| value.to_u32().ok())
    }

    /// A list of texts; empty when the file has no such key.
    pub fn texts(&self, key: &str) -> Result<Vec<String>> {
        Ok(self.entry(key, "a list of texts", |value| list(value, text))?.unwrap_or_default())
    }

    /// A list of small whole numbers; empty when the file has no such key.
    pub fn whole_numbers(&self, key: &str) -> Result<Vec<i32>> {
        let number = |value: &Value| match value {
            Value::U32(n) => i32::try_from(*n).ok(),
            value => value.to_i32().ok(),
        };
        Ok(self.entry(key, "a list of whole numbers", |value| list(value, number))?.unwrap_or_default())
    }

    fn entry<T>(&self, key: &str, what: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let Some(read) = read(value) else { bail!("{key} of the GGUF is not {what}") };
        Ok(Some(read))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn list<T>(value: &Value, one: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        _ => None,
    }
}
