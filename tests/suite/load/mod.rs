//! Figures, which a quiet machine and an optimized program give: each is a ratio of what one run has measured.
//!
//! Each test is one row, prints one line, and fails where there is nothing to measure, not where a figure is missed.

mod crowd;
mod log_outs;
mod moving;
mod overload;
mod people;
mod posts;
mod search;
mod start;
mod sweeping;
mod tab;
mod times;
mod tombstones;
mod watched;
