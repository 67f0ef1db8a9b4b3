//! An IP network in CIDR notation, as settings name it.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

/// One address (`10.0.0.1`) or a network (`10.0.0.0/8`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

impl Network {
    /// Whether `address` is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl From<IpNet> for Network {
    fn from(network: IpNet) -> Self {
        Self(network)
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| format!("“{text}” is neither an address nor a network like 10.0.0.0/8"))
    }
}
