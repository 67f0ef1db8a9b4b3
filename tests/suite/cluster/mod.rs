//! Several instances on one PostgreSQL.

mod another_history;
mod black_hole;
mod instances;
mod outage;
mod overload;
mod two_instances;

pub use instances::Cluster;
