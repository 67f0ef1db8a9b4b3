//! A bar that shows how far a long command is, where somebody looks: on a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, gone when it is dropped.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new(what: &'static str) -> Self {
        let bar = ProgressBar::no_length().with_message(what);
        bar.set_style(style("{spinner} {msg} {human_pos}"));
        Self(bar)
    }

    /// So much of `total` is done; 0 where that is not known.
    pub(super) fn show(&self, done: u64, total: u64) {
        if total > 0 && self.0.length().is_none() {
            self.0.set_style(style("{msg} {bar:30} {percent} %  {eta} left"));
        }
        if total > 0 {
            self.0.set_length(total);
        }
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
