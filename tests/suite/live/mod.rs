//! What an instance answers from memory, and when it asks the database.

mod idle;
mod memory;
mod watching;
