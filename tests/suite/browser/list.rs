//! The list of rooms changes under the reader's hands without taking anything from them.

use super::harness::Stage;

in_chromium![
    the_list_is_live_and_leaves_focus_and_typing_alone,
    the_focus_stays_on_a_button_whose_room_moves,
    a_deleted_room_vanishes_from_the_list,
];

async fn the_list_is_live_and_leaves_focus_and_typing_alone(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    ana.sees("no rooms yet").await;
    ana.types_in("Room name", "Half a na").await;
    ana.finds("field('Room name').setSelectionRange(2, 4)").await;
    bo.creates("Hall").await;
    ana.sees("Hall").await;
    ana.sees("1 inside").await;
    ana.sees_no_more("no rooms yet").await;
    ana.has_in("Room name", "Half a na").await;
    assert_eq!(ana.finds("document.activeElement === field('Room name')").await, true);
    let selection = "[field('Room name').selectionStart, field('Room name').selectionEnd].join()";
    assert_eq!(ana.finds(selection).await, "2,4");
    bo.presses("Leave").await;
    ana.sees("nobody inside").await;
}

async fn the_focus_stays_on_a_button_whose_room_moves(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    for name in ["Attic", "Hall"] {
        bo.creates(name).await;
        bo.presses("Leave").await;
        bo.is_at("/rooms").await;
    }
    ana.sees("Hall").await;
    let names = "$$('.entry__name').map((it) => it.innerText).join()";
    ana.waits_until(&format!("{names} === 'Hall,Attic'")).await;
    ana.finds("(window.chosen = $$('.entry')[1].querySelector('form[action$=join] button')).focus()").await;
    bo.presses_at("Attic", "Join").await;
    ana.waits_until(&format!("{names} === 'Attic,Hall'")).await;
    assert_eq!(ana.finds("document.activeElement === window.chosen").await, true);
    assert_eq!(ana.finds("window.chosen.closest('.entry').innerText.includes('Attic')").await, true);
}

async fn a_deleted_room_vanishes_from_the_list(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let hall = bo.creates("Hall").await;
    ana.sees("Hall").await;
    bo.opens(&hall.path("/delete")).await;
    bo.presses("Delete").await;
    ana.sees_no_more("Hall").await;
    ana.sees("no rooms yet").await;
}
