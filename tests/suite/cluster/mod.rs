//! Several instances on one PostgreSQL.

mod black_hole;
mod instances;
mod outage;
mod two_instances;
