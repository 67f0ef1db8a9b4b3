//! Instances of the real program on a PostgreSQL of their own, with a proxy between it and each.

use std::net::SocketAddr;

use crate::fixtures::Person;
use crate::fixtures::processes::{Postgres, Program, Proxy, Settings};

/// What everybody's data is in.
pub const DATABASE: &str = "parlor";

/// The whole cluster.
pub struct Cluster {
    pub instances: Vec<Instance>,
    pub server: Postgres,
}

/// One Parlor.
pub struct Instance {
    pub program: Program,
    /// How it reaches PostgreSQL.
    pub proxy: Proxy,
}

impl Cluster {
    /// So many instances on an empty database.
    pub async fn of(count: usize) -> Self {
        let server = Postgres::create().await;
        server.execute(&format!("create database {DATABASE}")).await;
        let mut instances = Vec::new();
        for _ in 0..count {
            instances.push(Instance::start(&server).await);
        }
        Self { instances, server }
    }

    /// Where the first two are.
    pub fn addresses(&self) -> [SocketAddr; 2] {
        [0, 1].map(|instance: usize| self.instances[instance].program.address())
    }

    /// Somebody with an account, who comes to the first instance.
    pub async fn person(&self, name: &str) -> Person<'static> {
        let person = Person::over_http(self.instances[0].program.address(), name);
        person.signs_up().await;
        person
    }

    /// The same browser at that instance.
    pub fn at(&self, instance: usize, person: &Person<'_>) -> Person<'static> {
        person.at_address(self.instances[instance].program.address())
    }
}

impl Instance {
    async fn start(server: &Postgres) -> Self {
        let proxy = Proxy::to(server.address()).await;
        let settings = Settings::on(&server.url_through(&proxy, DATABASE));
        Self { program: Program::start(&settings).await, proxy }
    }
}
