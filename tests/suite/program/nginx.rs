//! Behind the nginx of `deploy/`.

use rocket::http::Method;

use crate::fixtures::processes::{Nginx, Program, deployed};
use crate::fixtures::{Database, Engine, Person};

#[rocket::async_test]
async fn compressed_answers_are_passed_on_as_they_are() {
    let database = Database::create(Engine::Sqlite).await;
    let program = Program::start(&deployed(database.url())).await;
    let nginx = Nginx::before([program.address(); 2]).await;
    let visitor = Person::over_http(nginx.address(), "cy");
    let style = visitor.opens("/").await.page().assets().into_iter().find(|path| path.ends_with(".css"));
    for path in ["/", &style.expect("a style sheet")] {
        let answer = visitor.asks(Method::Get, path).header("Accept-Encoding", "gzip").send().await.is(200);
        assert_eq!(answer.header("Content-Encoding"), Some("gzip"), "{path}");
        assert!(answer.size < answer.body.len() / 2, "{path}");
        assert_eq!(visitor.opens(path).await.is(200).header("Content-Encoding"), None, "{path}");
    }
    database.discard().await;
}
