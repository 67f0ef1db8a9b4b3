//! For everything the checker can name: a small history that has it, and its neighbour that has not.

mod changes;
mod ends;
mod late;
mod log;
mod membership;
mod refusals;
mod size;
mod story;

use story::{ANA, BO, CY, HALL, KITCHEN, Story};
