//! Which stored task types a predicted template stands for: runs keep the names of their log.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::StoreError;
use crate::domain::activity::NameTemplates;

/// The templates that something was predicted for.
pub(super) fn predicted_templates(connection: &Connection) -> Result<NameTemplates, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT name FROM task_types WHERE name LIKE '%<%>%' \
         AND EXISTS (SELECT 1 FROM predictive_schedules WHERE task_type_id = task_types.id)",
    )?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    Ok(NameTemplates::named(names.iter().map(String::as_str)))
}

/// The ids of the names that each template stands for, by the template's own id; without the templates' own.
pub(super) fn template_members(connection: &Connection) -> Result<BTreeMap<i64, Vec<i64>>, StoreError> {
    let templates = predicted_templates(connection)?;
    if templates.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut statement = connection.prepare_cached("SELECT id, name FROM task_types ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let names: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
    let ids: BTreeMap<&str, i64> = names.iter().map(|(id, name)| (name.as_str(), *id)).collect();
    let mut members: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (id, name) in &names {
        let task_type = templates.task_type_of(name);
        if task_type != name
            && let Some(template) = ids.get(task_type)
        {
            members.entry(*template).or_default().push(*id);
        }
    }
    Ok(members)
}
