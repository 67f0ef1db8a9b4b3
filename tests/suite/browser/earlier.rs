//! The whole history can be read, and nothing jumps while it comes.

use crate::fixtures::chromium::Stage;

in_chromium![earlier_messages_come_without_moving_what_is_read];

async fn earlier_messages_come_without_moving_what_is_read(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let bodies: Vec<_> = (1..=250).map(|n| format!("message {n}{}", "\nand more".repeat(n % 4))).collect();
    ana.says_elsewhere(&room, &bodies).await;
    ana.reloads().await;
    ana.is_in(&room).await;
    // A page opens at its end.
    ana.waits_until("$('.scroller').scrollTop > 0 && $('.scroller').scrollTop + $('.scroller').clientHeight >= $('.scroller').scrollHeight - 1")
        .await;
    for (first, earlier) in [(151, 51), (51, 1)] {
        assert_eq!(ana.log().await[0].seq, first);
        ana.evaluates("$('.scroller').scrollTop = 0").await;
        let place = format!("$('[data-seq=\"{first}\"]').getBoundingClientRect().top");
        let before = ana.evaluates(&place).await.as_f64().unwrap();
        ana.presses("Earlier messages").await;
        ana.waits_until(&format!("Boolean($('[data-seq=\"{earlier}\"]'))")).await;
        let after = ana.evaluates(&place).await.as_f64().unwrap();
        assert!((after - before).abs() < 1.0, "message {first} jumped from {before} to {after}");
    }
    ana.is_not_offered("Earlier messages").await;
    assert_eq!(ana.bodies().await, bodies);
    assert!(ana.log().await.iter().map(|said| said.seq).eq(1..=250));
    ana.says_and_sees("and on").await;
}
