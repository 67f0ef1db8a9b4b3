//! Parlor: a chat server for a class, a club or a team.

pub mod config;
pub mod live;
pub mod model;
pub mod store;
mod web;

use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::{Build, Ignite, Rocket};
use rocket_dyn_templates::Template;

use config::Config;
use live::Live;
use store::Store;
use web::{Assets, Passwords};

pub use config::figment;

/// Why Parlor could not start: a sentence for the person who runs it.
#[derive(Debug)]
pub struct StartError(String);

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// Builds the server: opens the database, reads the projection, mounts the house.
///
/// # Errors
/// When a setting is wrong, or the database, the templates or the assets cannot be used.
pub async fn build(figment: Figment) -> Result<Rocket<Build>, StartError> {
    let config = Config::from(&figment).map_err(StartError)?;
    let store = Store::open(&config.database_url, config.database_connections)
        .await
        .map_err(|error| StartError(error.to_string()))?;
    let figment = with_secret_key(figment, &store).await?;
    let (live, tail) = Live::start(&store).await.map_err(|error| StartError(error.to_string()))?;
    let folder = config.static_dir.relative();
    let assets = Assets::read(folder.clone())
        .map_err(|error| StartError(format!("static_dir {}: {error}", folder.display())))?;
    let names = web::template_names(&figment)
        .map_err(|error| StartError(format!("template_dir cannot be read: {error}")))?;
    let assets_url = assets.url();
    let tick = config.tick();
    let sweeping = store.clone();
    let rocket = Rocket::custom(figment)
        .attach(Template::try_custom(move |engines| web::prepare(engines, assets_url.clone(), &names)))
        .attach(AdHoc::on_liftoff("Tail and sweeper", move |rocket| {
            let shutdown = rocket.shutdown();
            let (address, port) = (rocket.config().address, rocket.config().port);
            log::info!("Parlor is open at http://{}", std::net::SocketAddr::new(address, port));
            Box::pin(async move {
                rocket::tokio::spawn(async move {
                    rocket::tokio::select! {
                        () = shutdown => {}
                        () = tail.run(tick) => {}
                        () = store::sweeper::run(sweeping) => {}
                    }
                });
            })
        }))
        .manage(Passwords::new())
        .manage(assets)
        .manage(config)
        .manage(live)
        .manage(store);
    Ok(web::stage(rocket))
}

/// The configured key of the cookies, or else the one that was made at the first start.
async fn with_secret_key(figment: Figment, store: &Store) -> Result<Figment, StartError> {
    if figment.contains("secret_key") {
        return Ok(figment);
    }
    let key = store.secret_key().await.map_err(|error| StartError(error.to_string()))?;
    Ok(figment.join(("secret_key", key)))
}

/// Closes the database of a server that has stopped.
pub async fn close(rocket: &Rocket<Ignite>) {
    if let Some(store) = rocket.state::<Store>() {
        store.close().await;
    }
}
