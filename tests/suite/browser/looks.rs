//! How a room looks, where that can be measured.

use serde_json::json;

use crate::fixtures::chromium::{Device, Person, Stage};

in_chromium![
    the_bar_is_one_line_on_a_phone,
    people_open_from_the_bar_without_script,
    the_count_in_the_bar_follows_who_is_here,
    a_person_has_the_same_hue_everywhere,
    ones_own_bubble_ends_at_the_edge_in_any_script,
    a_circle_of_any_hue_can_be_read,
    a_dozen_messages_fit_a_small_window,
    the_link_of_an_empty_room_is_copied,
];

/// A window of that size.
async fn resizes(person: &Person, width: u32, height: u32) {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    person.devtools("Emulation.setDeviceMetricsOverride", size).await;
    person.waits_until(&format!("innerWidth === {width}")).await;
}

async fn the_bar_is_one_line_on_a_phone(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.creates("A room whose name is longer than any phone is wide, really").await;
    resizes(&ana, 390, 844).await;
    let bar = "$('.header').getBoundingClientRect().height";
    let height = ana.evaluates(bar).await.as_f64().unwrap();
    assert!((48.0..=52.0).contains(&height), "{height} px");
    for name in ["Rooms", "1 here", "Leave", "Log out"] {
        ana.is_offered(name).await;
    }
    let cut =
        "$$('.header .button').filter(shown).filter((it) => it.scrollWidth > it.clientWidth + 1).length";
    assert_eq!(ana.evaluates(cut).await, 0);
    let name = ana.evaluates("$('.header h1').clientWidth").await.as_f64().unwrap();
    assert!(name > 100.0, "the room's name has {name} px");
}

async fn people_open_from_the_bar_without_script(stage: &Stage) {
    let ana = stage.visitor("ana", Device::WithoutScript).await;
    ana.signs_up().await;
    ana.creates("Kitchen").await;
    let are_shown = "shown($('.people'))";
    assert_eq!(ana.evaluates(are_shown).await, true, "beside the log");
    ana.is_not_offered("1 here").await;
    resizes(&ana, 390, 844).await;
    assert_eq!(ana.evaluates(are_shown).await, false, "not on a phone");
    ana.presses("1 here").await;
    ana.waits_until(are_shown).await;
    ana.sees("People here").await;
}

async fn the_count_in_the_bar_follows_who_is_here(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    resizes(&ana, 390, 844).await;
    ana.is_offered("1 here").await;
    bo.joins(&room).await;
    ana.is_offered("2 here").await;
    let hues = "$$('.people .initial').map((it) => it.dataset.hue)";
    ana.waits_until(&format!("new Set({hues}).size === 2")).await;
}

async fn a_person_has_the_same_hue_everywhere(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.waits_until("$$('.people__member').length === 2").await;
    bo.says_and_sees("soup").await;
    ana.has_read("soup").await;
    let circle =
        |place: &str| format!("(({{ hue, letter }}) => hue + letter)($('{place} .initial').dataset)");
    let listed = ana.evaluates(&circle(".people__member:last-child")).await;
    assert_eq!(ana.evaluates(&circle(".message")).await, listed, "as it came");
    assert_ne!(ana.evaluates(&circle(".people__member:first-child")).await, listed);
    ana.reloads().await;
    assert_eq!(ana.evaluates(&circle(".message")).await, listed, "in the page");
}

/// How far the bubble of each of one's own messages is from the end of the column, with the place of its words.
const ENDS: &str = "$$('.message--mine .message__body').map((it) => {
    const [bubble, log] = [it.getBoundingClientRect(), $('.log').getBoundingClientRect()];
    const { paddingRight } = getComputedStyle($('.log'));
    return Math.round(log.right - parseFloat(paddingRight) - bubble.right);
})";

async fn ones_own_bubble_ends_at_the_edge_in_any_script(stage: &Stage) {
    let ana = stage.person("ليلى_الحسن").await;
    let room = ana.creates("Kitchen").await;
    let texts = ["نعم", "כן", "yes", "نعم، وصلني الكتاب أمس"].map(str::to_owned);
    ana.says_elsewhere(&room, &texts).await;
    for width in [1000, 390] {
        resizes(&ana, width, 800).await;
        ana.has_read(&texts[3]).await;
        assert_eq!(ana.evaluates(ENDS).await, json!([0, 0, 0, 0]), "at {width} px");
    }
    let corners = "$$('.message--mine .message__body').map((it) => getComputedStyle(it).borderRadius)";
    assert_eq!(ana.evaluates(&format!("new Set({corners}).size")).await, 1);
}

/// The contrast of letter and circle, as they are painted, of each hue.
const CONTRASTS: &str = "
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const luminance = (colour) => {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map(linear);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const circle = $('.people .initial');
    return [...Array(12).keys()].map((hue) => {
        circle.dataset.hue = hue;
        const { color, backgroundColor } = getComputedStyle(circle);
        const [light, dark] = [luminance(color), luminance(backgroundColor)].sort((a, b) => b - a);
        return [(light + 0.05) / (dark + 0.05), backgroundColor];
    });";

async fn a_circle_of_any_hue_can_be_read(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.creates("Kitchen").await;
    for scheme in ["light", "dark"] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        ana.devtools("Emulation.setEmulatedMedia", features).await;
        let contrasts = ana.runs(CONTRASTS, Vec::new()).await;
        let contrasts = contrasts.as_array().unwrap();
        let colours: std::collections::BTreeSet<_> = contrasts.iter().map(|hue| hue[1].to_string()).collect();
        assert_eq!(colours.len(), 12, "{scheme}: {contrasts:?}");
        for hue in contrasts {
            assert!(hue[0].as_f64().unwrap() >= 4.5, "{scheme}: {hue}");
        }
    }
}

async fn a_dozen_messages_fit_a_small_window(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    resizes(&ana, 1000, 800).await;
    // By turns one, two or three in a row, of one line each.
    for (turn, writer) in [&ana, &bo, &ana, &bo, &ana, &bo, &ana, &bo].into_iter().enumerate() {
        let lines: Vec<_> = (0..=turn % 3).map(|n| format!("{turn}.{n}")).collect();
        writer.says_elsewhere(&room, &lines).await;
    }
    ana.waits_until("$$('[data-seq]').length === 15").await;
    let tops = "$$('[data-seq]').map((it) => it.getBoundingClientRect().top)";
    let pitch = ana.evaluates(&format!("({tops}.at(-1) - {tops}[0]) / 14")).await.as_f64().unwrap();
    assert!(626.0 / pitch >= 12.0, "{} messages in 626 px", 626.0 / pitch);
}

async fn the_link_of_an_empty_room_is_copied(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.sees("You made this room.").await;
    let statements = "addEventListener('copy', ({ clipboardData }) => {
        window.copied = clipboardData.getData('text/plain');
    });";
    ana.runs(statements, Vec::new()).await;
    ana.presses("Copy link").await;
    ana.is_offered("Copied").await;
    let here = format!("window.copied === location.origin + '{}'", room.path(""));
    assert_eq!(ana.evaluates(&here).await, true);
    ana.says_and_sees("soup").await;
    ana.sees_no_more("You made this room.").await;
}
