//! One line of `journalctl -o json`, as far as it tells of units and of cron.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::domain::time::Timestamp;

/// The fields that matter here; all others are skipped.
#[derive(Debug, Default, Deserialize)]
pub(super) struct JournalRecord {
    #[serde(rename = "__REALTIME_TIMESTAMP", default)]
    realtime: Text,
    #[serde(rename = "MESSAGE_ID", default)]
    message_id: Text,
    #[serde(rename = "MESSAGE", default)]
    message: Text,
    #[serde(rename = "_HOSTNAME", default)]
    host: Text,
    #[serde(rename = "_UID", default)]
    user_id: Text,
    #[serde(rename = "_PID", default)]
    process_id: Text,
    #[serde(rename = "SYSLOG_IDENTIFIER", default)]
    identifier: Text,
    #[serde(rename = "SYSLOG_PID", default)]
    syslog_process_id: Text,
    #[serde(rename = "UNIT", default)]
    unit: Text,
    #[serde(rename = "USER_UNIT", default)]
    user_unit: Text,
    #[serde(rename = "INVOCATION_ID", default)]
    invocation: Text,
    #[serde(rename = "USER_INVOCATION_ID", default)]
    user_invocation: Text,
    #[serde(rename = "JOB_RESULT", default)]
    job_result: Text,
    #[serde(rename = "UNIT_RESULT", default)]
    unit_result: Text,
    #[serde(rename = "EXIT_CODE", default)]
    exit_kind: Text,
    #[serde(rename = "EXIT_STATUS", default)]
    exit_status: Text,
    #[serde(rename = "CPU_USAGE_NSEC", default)]
    cpu_nanoseconds: Text,
    #[serde(rename = "MEMORY_PEAK", default)]
    memory_bytes: Text,
}

/// What systemd says about a unit: its catalogued messages, by their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitMessage {
    /// A start job began.
    Starting,
    /// A start job is done: the unit runs, or (one-shot) has run.
    StartDone,
    /// A start job failed.
    StartFailed,
    /// A stop job began.
    Stopping,
    /// A stop job is done.
    Stopped,
    /// The unit ended well.
    Succeeded,
    /// The unit ended badly.
    Failed,
    /// The unit's own condition kept it from running.
    Skipped,
    /// One of its processes exited.
    ProcessExited,
    /// What it consumed.
    Consumed,
}

impl UnitMessage {
    /// The ids of systemd's catalogue (`sd-messages.h`).
    fn from_id(id: &str) -> Option<UnitMessage> {
        Some(match id {
            "7d4958e842da4a758f6c1cdc7b36dcc5" => UnitMessage::Starting,
            "39f53479d3a045ac8e11786248231fbf" => UnitMessage::StartDone,
            "be02cf6855d2428ba40df7e9d022f03d" => UnitMessage::StartFailed,
            "de5b426a63be47a7b6ac3eaac82e2f6f" => UnitMessage::Stopping,
            "9d1aaa27d60140bd96365438aad20286" => UnitMessage::Stopped,
            "7ad2d189f7e94e70a38c781354912448" => UnitMessage::Succeeded,
            "d9b373ed55a64feb8242e02dbe79a49c" => UnitMessage::Failed,
            "0e4284a0caca4bfc81c0bb6786972673" => UnitMessage::Skipped,
            "98e322203f7a4ed290d09fe03c09fe15" => UnitMessage::ProcessExited,
            "ae8f7b866b0347b9af31fe1c80b127c0" => UnitMessage::Consumed,
            _ => return None,
        })
    }
}

impl JournalRecord {
    /// Reads one line; the record separator of `-o json-seq` may stand in front.
    pub(super) fn parse(line: &[u8]) -> Result<JournalRecord, serde_json::Error> {
        serde_json::from_slice(line.strip_prefix(b"\x1e").unwrap_or(line))
    }

    /// When the journal received it.
    pub(super) fn at(&self) -> Option<Timestamp> {
        let microseconds: i64 = self.realtime.parse()?;
        Timestamp::from_millis(microseconds.div_euclid(1_000))
    }

    /// What it says about a unit.
    pub(super) fn unit_message(&self) -> Option<UnitMessage> {
        UnitMessage::from_id(self.message_id.as_str()?)
    }

    /// The unit it is about.
    pub(super) fn unit(&self) -> Option<&str> {
        self.unit.as_str().or_else(|| self.user_unit.as_str())
    }

    /// Whose manager runs the unit: a user id, or `None` for the system's.
    pub(super) fn manager_user(&self) -> Option<&str> {
        if self.unit.as_str().is_some() { None } else { self.user_id.as_str() }
    }

    /// One activation of the unit.
    pub(super) fn invocation(&self) -> Option<&str> {
        self.invocation.as_str().or_else(|| self.user_invocation.as_str())
    }

    /// The host that logged it.
    pub(super) fn host(&self) -> Option<&str> {
        self.host.as_str()
    }

    /// The program as it names itself.
    pub(super) fn identifier(&self) -> Option<&str> {
        self.identifier.as_str()
    }

    /// The process as it names itself, else as the journal knows it.
    pub(super) fn process_id(&self) -> Option<i64> {
        self.syslog_process_id.parse().or_else(|| self.process_id.parse())
    }

    /// Its text.
    pub(super) fn message(&self) -> Option<&str> {
        self.message.as_str()
    }

    /// `done`, `failed`, `timeout`, `canceled`, `dependency`.
    pub(super) fn job_result(&self) -> Option<&str> {
        self.job_result.as_str()
    }

    /// `success`, `exit-code`, `signal`, `core-dump`, `timeout`, `watchdog`, `oom-kill`.
    pub(super) fn unit_result(&self) -> Option<&str> {
        self.unit_result.as_str()
    }

    /// The exit status of a process that exited by itself.
    pub(super) fn exit_code(&self) -> Option<i64> {
        (self.exit_kind.as_str() == Some("exited")).then(|| self.exit_status.parse()).flatten()
    }

    /// CPU time in seconds.
    pub(super) fn cpu_seconds(&self) -> Option<f64> {
        // The largest 64-bit number stands for "not accounted".
        self.cpu_nanoseconds.parse::<u64>().filter(|count| *count < u64::MAX).map(|count| count as f64 / 1e9)
    }

    /// Memory peak in MiB.
    pub(super) fn memory_mib(&self) -> Option<f64> {
        let bytes = self.memory_bytes.parse::<u64>().filter(|count| (1..u64::MAX).contains(count))?;
        Some(bytes as f64 / (1024.0 * 1024.0))
    }
}

/// A field's value: text mostly, an array of bytes where it is no UTF-8, an array of values where the field
/// occurs more than once (the first counts), null where it was too long.
#[derive(Debug, Default)]
struct Text(Option<String>);

impl Text {
    fn as_str(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    fn parse<T: std::str::FromStr>(&self) -> Option<T> {
        self.as_str()?.trim().parse().ok()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a journal field")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Text, A::Error> {
        let mut bytes = Vec::new();
        let mut first = None;
        while let Some(element) = elements.next_element::<Value>()? {
            match element {
                Value::Number(number) => {
                    bytes.extend(number.as_u64().and_then(|byte| u8::try_from(byte).ok()))
                }
                other if first.is_none() => first = Some(text_of(&other)),
                _ => {}
            }
        }
        Ok(first.unwrap_or_else(|| Text(Some(String::from_utf8_lossy(&bytes).into_owned()))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Text, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

/// One of several values of a field.
fn text_of(value: &Value) -> Text {
    match value {
        Value::String(text) => Text(Some(text.clone())),
        Value::Array(bytes) => {
            let bytes: Vec<u8> = bytes.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
            Text(Some(String::from_utf8_lossy(&bytes).into_owned()))
        }
        _ => Text(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(line: &str) -> JournalRecord {
        JournalRecord::parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn values_may_be_text_bytes_several_or_null() {
        for line in [
            r#"{"UNIT":"a.service"}"#,
            r#"{"UNIT":[97,46,115,101,114,118,105,99,101]}"#,
            r#"{"UNIT":["a.service","b.service"]}"#,
            r#"{"UNIT":[[97,46,115,101,114,118,105,99,101],"b"],"OTHER":{"x":[1]}}"#,
            "\u{1e}{\"UNIT\":null,\"USER_UNIT\":\"a.service\"}",
        ] {
            assert_eq!(record(line).unit(), Some("a.service"), "{line}");
        }
    }

    #[test]
    fn times_are_microseconds_as_text_or_number() {
        for line in
            [r#"{"__REALTIME_TIMESTAMP":"1700000000123456"}"#, r#"{"__REALTIME_TIMESTAMP":1700000000123456}"#]
        {
            assert_eq!(record(line).at().map(Timestamp::millis), Some(1_700_000_000_123));
        }
        assert_eq!(record("{}").at(), None);
    }

    #[test]
    fn amounts_that_were_not_accounted_are_unknown() {
        let line = r#"{"CPU_USAGE_NSEC":"18446744073709551615","MEMORY_PEAK":"0"}"#;
        assert_eq!((record(line).cpu_seconds(), record(line).memory_mib()), (None, None));
        let line = r#"{"CPU_USAGE_NSEC":"2500000000","MEMORY_PEAK":"1048576"}"#;
        assert_eq!((record(line).cpu_seconds(), record(line).memory_mib()), (Some(2.5), Some(1.0)));
    }

    #[test]
    fn only_exits_have_an_exit_code() {
        assert_eq!(record(r#"{"EXIT_CODE":"exited","EXIT_STATUS":"3"}"#).exit_code(), Some(3));
        assert_eq!(record(r#"{"EXIT_CODE":"killed","EXIT_STATUS":"9"}"#).exit_code(), None);
    }
}
