//! Figures, which a quiet machine and an optimized program give: each is a ratio of what one run has measured.

mod overload;
