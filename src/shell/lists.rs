//! Lists, as lines with columns.

use crate::model::Timestamp;
use crate::model::admins::{ActionBy, AdminAction, ListedAccount, ListedRoom};
use crate::store::{Error, Store};

/// People in the order of their names.
pub(super) async fn people(store: &Store, beginning: &str) -> Result<Vec<String>, Error> {
    let mut rows = vec![columns(["NAME", "", "SESSIONS", "LAST SEEN", "SINCE"])];
    for page in 1.. {
        let listing = store.list_accounts(beginning, page).await?.rows;
        if listing.is_empty() {
            break;
        }
        rows.extend(listing.into_iter().map(person));
    }
    Ok(aligned(&rows))
}

fn person(listed: ListedAccount) -> Vec<String> {
    let ListedAccount { person, is_admin, barred_at, created_at, sessions, seen_at } = listed;
    let state = match (is_admin, barred_at) {
        (true, None) => "admin",
        (false, Some(_)) => "barred",
        (true, Some(_)) => "admin, barred",
        (false, None) => "",
    };
    vec![person.name, state.to_owned(), sessions.to_string(), or_never(seen_at), created_at.readable()]
}

/// Rooms in the order of their names.
pub(super) async fn rooms(store: &Store, beginning: &str) -> Result<Vec<String>, Error> {
    let mut rows = vec![columns(["NUMBER", "NAME", "OWNER", "INSIDE", "MESSAGES", "LAST"])];
    for page in 1.. {
        let listing = store.list_rooms(beginning, page).await?.rows;
        if listing.is_empty() {
            break;
        }
        rows.extend(listing.into_iter().map(room));
    }
    Ok(aligned(&rows))
}

fn room(listed: ListedRoom) -> Vec<String> {
    let ListedRoom { room, owner, inside, messages, last_at, .. } = listed;
    let counts = [inside, messages].map(|count| count.to_string());
    let [inside, messages] = counts;
    vec![room.id.to_string(), room.name, owner.name, inside, messages, or_never(last_at)]
}

/// What admins did, the latest first.
pub(super) async fn actions(store: &Store, before: Option<i64>) -> Result<Vec<String>, Error> {
    let mut rows = vec![columns(["NUMBER", "WHEN", "BY", "WHAT", "WHOM OR WHICH"])];
    rows.extend(store.admin_actions(before).await?.into_iter().map(action));
    Ok(aligned(&rows))
}

fn action(action: AdminAction) -> Vec<String> {
    let by = match action.by {
        ActionBy::Admin(admin) => admin.name,
        ActionBy::Shell => "the shell".to_owned(),
        ActionBy::Settings => "the settings".to_owned(),
    };
    let room = action.room.map(|room| format!("room {room}"));
    let about = [action.account.map(|person| person.name), room, action.detail];
    let about: Vec<_> = about.into_iter().flatten().collect();
    vec![action.id.to_string(), action.at.readable(), by, action.what.as_str().to_owned(), about.join(" ")]
}

fn or_never(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), Timestamp::readable)
}

fn columns<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

/// Each row as a line, with columns below each other.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let length = |cell: &String| cell.chars().count();
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| length(&row[column])).max().unwrap_or(0);
    let widths: Vec<_> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [columns(["NAME", "", "N"]), columns(["Zoë", "admin", "1"]), columns(["bo", "", ""])];
        assert_eq!(aligned(&rows), ["NAME         N", "Zoë   admin  1", "bo"]);
    }
}
