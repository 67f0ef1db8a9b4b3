//! Several instances on one PostgreSQL.

mod outage;
mod two_instances;
