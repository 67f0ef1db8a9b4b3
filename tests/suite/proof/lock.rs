//! Somebody else's transaction, which nobody can post beside.

use std::time::Duration;

use rocket::tokio::time::sleep;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::deployment::Deployment;
use super::history::{Deed, History, Moment, Operation, Outcome, Room};

/// PostgreSQL: a room's row is locked. SQLite, which has nothing smaller: the file, for writing.
pub enum Lock {
    Row(PgConnection),
    File(SqliteConnection),
}

impl Lock {
    pub async fn take(deployment: &Deployment, room: Room) -> sqlx::Result<Self> {
        if deployment.server.is_none() {
            let mut connection = SqliteConnection::connect(&deployment.database_url).await?;
            sqlx::raw_sql("begin immediate").execute(&mut connection).await?;
            return Ok(Self::File(connection));
        }
        let mut connection = PgConnection::connect(&deployment.database_url).await?;
        let lock = format!("begin; select from room where id = {} for update", room.0);
        sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut connection).await?;
        Ok(Self::Row(connection))
    }

    /// Returns when somebody waits for it: PostgreSQL tells who. (Not by `pg_stat_activity`, which knows nobody who comes
    /// after the first look in a transaction.)
    pub async fn keeps_somebody_waiting(&mut self) {
        let waiting = "select exists (select from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid)))";
        let Self::Row(connection) = self else { return };
        while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&mut *connection).await.expect("an answer") {
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn let_go(self) -> sqlx::Result<()> {
        match self {
            Self::Row(mut connection) => {
                sqlx::raw_sql("rollback").execute(&mut connection).await?;
                connection.close().await
            }
            Self::File(mut connection) => {
                sqlx::raw_sql("rollback").execute(&mut connection).await?;
                connection.close().await
            }
        }
    }
}

/// When a room was locked, and nothing else was broken.
pub struct Locked {
    pub room: Room,
    pub from: Moment,
    pub until: Moment,
}

impl Locked {
    /// Claims that nothing was stored there meanwhile, and that somebody waited for that or was told no.
    pub fn was_noticed(&self, history: &History) {
        let posts: Vec<_> = history.operations.iter().filter(|operation| self.is_post(operation)).collect();
        let stored = |post: &&&Operation| {
            matches!(post.outcome, Outcome::Posted { .. })
                && self.from <= post.began
                && post.ended <= self.until
        };
        assert_eq!(posts.iter().filter(stored).count(), 0, "posts were stored in a room that was locked");
        let waited = |post: &&Operation| {
            post.began < self.until && (post.ended > self.until || post.outcome == Outcome::Unknown)
        };
        assert!(posts.into_iter().any(|post| waited(&post)), "nobody posted in a room that was locked");
    }

    /// Whether it was sent there before the end, and answered after the beginning.
    fn is_post(&self, operation: &Operation) -> bool {
        let is_here = matches!(operation.deed, Deed::Post { room, .. } if room == self.room);
        is_here && operation.began < self.until && operation.ended > self.from
    }
}
