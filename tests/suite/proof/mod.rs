//! The proof: what is promised holds while everything around it breaks.

mod checker;
mod history;
