//! Transactions that write, tried again after a deadlock or a lost connection.

use std::time::Duration;

use sqlx::{Any, any::AnyArguments, query::Query};
use tokio::time::{Instant, sleep};

use super::admission::TrafficClass;
use super::connection::Connection;
use super::database::Store;
use super::error::Error;

/// How often a transaction is tried again after a deadlock or a lost connection, if its checkout lasts so long.
const RETRIES: u32 = 6;
/// How long to wait before it is tried again; twice as long each time.
const RETRY_DELAY: Duration = Duration::from_millis(10);

impl Store {
    /// Runs `work` as one transaction, and again after a deadlock or a lost connection. `work` hands the
    /// transaction back to have it committed; when it fails instead, all is rolled back. A lost answer to
    /// COMMIT counts as a lost connection: `work` must find what an earlier run of it has already done.
    pub(super) async fn write<T, F>(&self, work: impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Connection), Error>>,
    {
        self.write_by(self.deadline(), work).await
    }

    /// The same, to be over by `end`. Of several failures the first is reported: it is the cause.
    pub(super) async fn write_by<T, F>(
        &self,
        end: Instant,
        work: impl Fn(Connection) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Connection), Error>>,
    {
        let (mut first, mut tries) = (None, 0);
        loop {
            let error = match self.write_once(end, &work).await {
                Err(error @ Error::Failed(_)) => error,
                outcome => return outcome,
            };
            let is_over = !error.is_transient() || tries == RETRIES;
            let cause = first.get_or_insert(error);
            if is_over {
                return Err(cause.clone());
            }
            sleep(RETRY_DELAY * 2_u32.pow(tries)).await;
            tries += 1;
        }
    }

    /// Runs one statement as a transaction.
    pub(super) async fn write_statement<'q>(
        &self,
        statement: impl Fn() -> Query<'q, Any, AnyArguments>,
    ) -> Result<(), Error> {
        self.write(|mut writing| {
            let statement = statement();
            async move {
                statement.execute(&mut writing).await?;
                Ok(((), writing))
            }
        })
        .await
    }

    async fn write_once<T, F>(&self, end: Instant, work: &impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Connection), Error>>,
    {
        let connection = self.checkout(&self.shared.writers, TrafficClass::Writes, end).await?;
        let begin = self.shared.engine.begin_write(connection.until());
        let begun = connection.begin(begin).await?;
        let (outcome, writing) = work(begun).await?;
        writing.commit().await?;
        Ok(outcome)
    }
}
