//! Several instances on one PostgreSQL.

mod another_history;
mod black_hole;
mod instances;
mod outage;
mod overload;
mod two_instances;
mod wrong_clock;

pub use instances::Cluster;
