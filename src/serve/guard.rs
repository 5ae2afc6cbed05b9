//! Who is heard: only the page that this very run has handed out, asked for by its loopback name.
//!
//! A page of another site may send requests to this port, and may even have its own name point here (DNS rebinding).
//! So the host must be ours, a request that brings something must come from our own page, and it must carry the
//! token, which no other site can read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Server;
use super::answer::Refusal;

/// The header that carries the token.
const TOKEN: &str = "x-rushlight-token";

const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Refuse what is not ours; give every answer the headers that keep its content in.
pub async fn guard(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let mut response = match judge(&server, request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn judge(server: &Server, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let host = text(headers, &HOST).ok_or_else(Refusal::foreign)?;
    let asked = uri.authority().map_or(host, |a| a.as_str());
    if !is_ours(host, server.port) || !is_ours(asked, server.port) {
        return Err(Refusal::foreign());
    }
    if *method == Method::GET || *method == Method::HEAD {
        return Ok(());
    }
    if !is_own_page(headers, host) {
        return Err(Refusal::foreign());
    }
    let token = headers.get(TOKEN).map(HeaderValue::as_bytes).unwrap_or_default();
    if is_same(token, server.token.as_bytes()) { Ok(()) } else { Err(Refusal::stale()) }
}

/// A header that is there once and is text.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    let one = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(one)
}

/// Whether `host` is a loopback name with our port.
fn is_ours(host: &str, port: u16) -> bool {
    let (name, given) = match host.rsplit_once(':') {
        Some((name, digits)) if !digits.ends_with(']') => (name, digits.parse().ok()),
        _ => (host, Some(80)),
    };
    given == Some(port)
        && ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// Whether the browser says that our own page asks; one that says nothing about it is not believed.
fn is_own_page(headers: &HeaderMap, host: &str) -> bool {
    let fetch_site = HeaderName::from_static("sec-fetch-site");
    let site = headers.contains_key(&fetch_site).then(|| text(headers, &fetch_site) == Some("same-origin"));
    let from = |origin: &str| origin.strip_prefix("http://").is_some_and(|o| o.eq_ignore_ascii_case(host));
    let origin = headers.contains_key(ORIGIN).then(|| text(headers, &ORIGIN).is_some_and(from));
    (site.is_some() || origin.is_some()) && site != Some(false) && origin != Some(false)
}

/// Compared in a time that does not tell how much of it was right.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (x, y)| all | (x ^ y)) == 0
}

/// 256 random bits in hexadecimal.
pub fn token() -> String {
    let mut bits = [0u8; 32];
    getrandom::fill(&mut bits).expect("the system has random numbers");
    bits.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_our_port_are_ours() {
        for host in ["127.0.0.1:7878", "localhost:7878", "LOCALHOST:7878", "[::1]:7878"] {
            assert!(is_ours(host, 7878), "{host}");
        }
        for host in
            ["evil.example:7878", "127.0.0.1", "127.0.0.1:80", "localhost.:7878", "127.0.0.1:7878:7878"]
        {
            assert!(!is_ours(host, 7878), "{host}");
        }
        assert!(is_ours("localhost", 80) && is_ours("[::1]", 80));
    }

    #[test]
    fn tokens_are_long_and_never_the_same() {
        assert_eq!(token().len(), 64);
        assert_ne!(token(), token());
        assert!(is_same(b"ab", b"ab") && !is_same(b"ab", b"ac") && !is_same(b"", b"a"));
    }
}
