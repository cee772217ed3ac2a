/// What to do about variables that Kubernetes made.
pub(super) const HELP: &str = "Kubernetes sets such variables for services: choose another prefix, or set \
                               `enableServiceLinks: false` for the pod";

/// Whether Kubernetes may have made this variable of a service whose name is the prefix, as Docker links once did:
/// `SERVICE_HOST`, `SERVICE_PORT_HTTP`, `PORT=tcp://10.0.0.1:80`, `PORT_80_TCP_ADDR`.
///
/// See <https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>.
pub(super) fn is_one(name: &str, text: &str) -> bool {
    let link = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| text.starts_with(scheme));
    match name.strip_prefix("PORT") {
        Some(rest) => (rest.is_empty() || is_port(rest)) && link || is_part_of_port(rest),
        None => name == "SERVICE_HOST" || name == "SERVICE_PORT" || name.starts_with("SERVICE_PORT_"),
    }
}

/// `_80_TCP`.
fn is_port(rest: &str) -> bool {
    let mut words = rest.split('_');
    let number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    words.next() == Some("")
        && words.next().is_some_and(number)
        && matches!(words.next(), Some("TCP" | "UDP" | "SCTP"))
        && words.next().is_none()
}

/// `_80_TCP_ADDR`.
fn is_part_of_port(rest: &str) -> bool {
    rest.rsplit_once('_')
        .is_some_and(|(port, part)| is_port(port) && matches!(part, "ADDR" | "PORT" | "PROTO"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_sets_is_recognised() {
        let check = |name, text, expected| assert_eq!(is_one(name, text), expected, "{name}={text}");
        check("PORT", "tcp://10.0.0.1:80", true);
        check("PORT_80_TCP", "tcp://10.0.0.1:80", true);
        check("PORT_53_UDP", "udp://10.0.0.1:53", true);
        check("PORT_80_TCP_ADDR", "10.0.0.1", true);
        check("PORT_80_TCP_PROTO", "tcp", true);
        check("SERVICE_HOST", "10.0.0.1", true);
        check("SERVICE_PORT", "80", true);
        check("SERVICE_PORT_HTTP", "80", true);
        check("PORT", "80", false);
        check("PORTAL", "tcp://10.0.0.1:80", false);
        check("PORT_80_TCP", "x", false);
        check("PORT_TCP_ADDR", "x", false);
        check("SERVICE_NAME", "x", false);
        check("ENDPOINT", "tcp://10.0.0.1:80", false);
    }
}
