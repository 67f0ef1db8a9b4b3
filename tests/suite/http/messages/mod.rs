//! Messages: what may be said, once, in order, and read from anywhere.

mod bodies;
mod cursors;
mod forms;
mod json;
mod nonces;
mod order;
mod shapes;
mod sizes;
