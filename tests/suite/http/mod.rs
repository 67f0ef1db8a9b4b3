//! Every route, seen from outside: what is allowed, and beside it what is refused.

mod accounts;
mod assets;
mod compression;
mod cookies;
mod cross_site;
mod deletion;
mod errors;
mod every_route;
mod guesses;
mod headers;
mod join_page;
mod limits;
mod list_fragment;
mod lists;
mod memberships;
mod messages;
mod moving;
mod notices;
mod operations;
mod people;
mod public_address;
mod rooms;
mod sessions;
mod usage;
mod welcome;
