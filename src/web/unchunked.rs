//! Answers without chunked encoding: each leaves in one piece.

use rocket::fairing::{AdHoc, Fairing};

/// Has answers sent at once and not, as Rocket does by itself, 4 KiB at a time. An instance that dies
/// between two pieces leaves half an answer, which a load balancer has passed on already; of one that
/// dies before, nothing has been seen, and another instance is asked.
pub(super) fn fairing() -> impl Fairing {
    AdHoc::on_response("One piece", |_, response| {
        Box::pin(async move {
            if let Some(size) = response.body_mut().size().await {
                response.set_max_chunk_size(size.max(1));
            }
        })
    })
}
