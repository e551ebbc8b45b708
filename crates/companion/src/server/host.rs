//! Which names this server answers to. A page elsewhere can make a browser connect to this machine under a name of
//! its own (DNS rebinding); it cannot make the browser say another name than that one.

use axum::http::{HeaderMap, Uri, header};
use std::net::SocketAddr;

/// Refuses an address that other machines can reach.
///
/// # Errors
/// The address is not a loopback one.
pub fn loopback_only(address: SocketAddr) -> Result<(), String> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    Err(format!(
        "--listen: {address} can be reached from other machines, and there are no access rights yet; it takes a loopback address such as 127.0.0.1:{}",
        address.port()
    ))
}

/// The names that are answered to.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    port: u16,
}

impl Allowed {
    /// The names of a loopback listener: `localhost`, `127.0.0.1` and `[::1]`, each with its port.
    pub fn on(address: SocketAddr) -> Self {
        Self { port: address.port() }
    }

    /// True if a request names this server, and only this server: one `Host`, and the same in an absolute target.
    pub fn admits(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        let named = host.to_str().is_ok_and(|host| self.is_name(host));
        named && uri.authority().is_none_or(|authority| self.is_name(authority.as_str()))
    }

    /// True for requests that no page sent, or one of this server.
    pub fn admits_origin(&self, headers: &HeaderMap) -> bool {
        let is_own = |origin: &str| origin.strip_prefix("http://").is_some_and(|host| self.is_name(host));
        headers.get_all(header::ORIGIN).iter().all(|origin| origin.to_str().is_ok_and(is_own))
    }

    fn is_name(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            // The last colon of an IPv6 address without a port lies within its brackets.
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        // Exactly as it is printed: no sign, no leading zero; without a port, HTTP's own.
        let right_port = match port {
            Some(port) => port == self.port.to_string(),
            None => self.port == 80,
        };
        right_port && (name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]")
    }
}
