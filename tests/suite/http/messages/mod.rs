//! Messages: what may be said, once, in order, and read from anywhere.

mod bodies;
mod changes;
mod changes_by_form;
mod cursors;
mod forms;
mod json;
mod nonces;
mod order;
mod places;
mod shapes;
mod sizes;
