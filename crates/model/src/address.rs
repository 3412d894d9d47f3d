//! Absolute addresses of this service, as a client reached it.

/// Header in which the server tells its handlers the path under which it stands; what a client says in it is dropped.
pub const PREFIX: &str = "x-forwarded-prefix";

/// The address of `path` (with query): absolute when the request says by its `Host` where it was sent to, else
/// path-absolute. A `Host` that is none is not repeated.
pub fn absolute(host: Option<&str>, secure: bool, path: &str) -> String {
    // A name, an address, [an IPv6 address], and perhaps a port (RFC 3986, 3.2); never a user.
    let is_host = |host: &&str| {
        (1..=255).contains(&host.len()) && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:[]".contains(&b))
    };
    match host.filter(is_host) {
        Some(host) => format!("{}://{host}{path}", if secure { "https" } else { "http" }),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_repeated_only_when_it_is_one() {
        for (host, expected) in [
            (Some("example.org:8080"), "http://example.org:8080/a?b=1"),
            (Some("[::1]:8080"), "http://[::1]:8080/a?b=1"),
            (Some("a/b"), "/a?b=1"),
            (Some("user@evil"), "/a?b=1"),
            (Some("x\" onclick"), "/a?b=1"),
            (Some(""), "/a?b=1"),
            (None, "/a?b=1"),
        ] {
            assert_eq!(absolute(host, false, "/a?b=1"), expected);
        }
        assert_eq!(absolute(Some("example.org"), true, "/"), "https://example.org/");
    }
}
