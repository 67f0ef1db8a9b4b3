//! `parlor export`: a room as a file.

use std::fs;

use tempfile::tempdir;

use crate::fixtures::Instance;
use crate::fixtures::processes::Settings;

on_both_engines![a_room_is_exported_by_its_number_or_its_name];

async fn a_room_is_exported_by_its_number_or_its_name(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Tea & <cake>").await;
    // More than are read at once.
    ana.says_many(&room, 450).await;
    ana.says(&room, "see <b>https://a.example</b>").await;
    let settings = Settings::on(&instance.database_url());
    let lines = settings.run(&["export", &room.id.to_string()]).await.succeeds();
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((lines[0]["room"].as_str(), lines[0]["last_seq"].as_i64()), (Some("Tea & <cake>"), Some(451)));
    let bodies: Vec<_> =
        lines[1..].iter().map(|line| line["body"].as_str().expect("a text").to_owned()).collect();
    assert_eq!(bodies, ana.bodies_in(&room).await);

    let folder = tempdir().unwrap();
    let file = folder.path().join("tea.html");
    let to_file = ["export", "tea & <CAKE>", file.to_str().unwrap(), "--html"];
    settings.run(&to_file).await.succeeds();
    let page = fs::read_to_string(&file).unwrap();
    assert_eq!(page.matches("<article").count(), 451);
    assert!(page.contains("Tea &amp; &lt;cake&gt;") && page.trim_end().ends_with("</html>"));
    assert!(page.contains("&lt;b&gt;<a href=") && !page.contains("<b>"), "what was said is text");
    assert!(settings.run(&to_file).await.fails().contains("already"));

    ana.deletes(&room).await;
    for gone in ["1", "Tea & <cake>", "2", "nowhere", ""] {
        let said = settings.run(&["export", gone]).await.fails();
        assert!(said.contains("no open room"), "{said}");
    }
}
