//! Several instances on one PostgreSQL.

mod another_history;
mod black_hole;
mod instances;
mod outage;
mod two_instances;
