//! A deterministic generator of nested service configurations.
//!
//! Shapes vary as in real files: optional members come and go, lists are short or long, services are of several
//! kinds, names are many but repeat, text has escapes, newlines, URLs, secrets and other alphabets.

use crate::{emit, map, prng::Prng, tree::Tree};

/// The three sizes that every question is asked at, in bytes of pretty JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// About 1,000 bytes: the file of one small service.
    Small,
    /// About 50,000 bytes: everything a large service knows.
    Medium,
    /// About 1,000,000 bytes: a generated platform file.
    Large,
}

impl Size {
    /// All three, ascending.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    /// The name used in benchmark ids.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "1KB",
            Self::Medium => "50KB",
            Self::Large => "1MB",
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::Small => 1_000,
            Self::Medium => 50_000,
            Self::Large => 1_000_000,
        }
    }
}

/// The configuration of one size, always the same.
pub fn generate(size: Size) -> Tree {
    let mut rng = Prng::new(0xc0f1_6000 + size.bytes() as u64);
    match size {
        Size::Small => small(&mut rng),
        _ => platform(&mut rng, size.bytes()),
    }
}

/// One of many configurations: about so many bytes of pretty JSON, another for each seed. Below 7,000 bytes it is the
/// file of one small service.
pub fn generate_sized(seed: u64, bytes: usize) -> Tree {
    let mut rng = Prng::new(seed);
    match bytes {
        0..7_000 => small(&mut rng),
        _ => platform(&mut rng, bytes),
    }
}

fn small(rng: &mut Prng) -> Tree {
    map! {
        "name" => "checkout-api",
        "version" => "2.4.1",
        "environment" => "production",
        "debug" => false,
        "server" => map! {
            "host" => "0.0.0.0",
            "port" => 8080,
            "workers" => 4,
            "timeouts" => timeouts(rng),
        },
        "logging" => map! {
            "level" => "info",
            "format" => "json",
            "sample_rate" => 0.25,
            "modules" => map! { "hyper" => "warn", "checkout::payments" => "debug" },
        },
        "database" => map! {
            "primary" => map! {
                "url" => "postgres://checkout@db-1.internal:5432/checkout",
                "password" => "s3cr\"t\\n!",
                "pool" => map! { "min" => 2, "max" => 16, "acquire_ms" => 500 },
            },
        },
        "services" => map! {
            "mail" => map! {
                "host" => "mail.zürich.example",
                "port" => 587,
                "enabled" => true,
                "timeouts" => timeouts(rng),
                "tags" => vec!["smtp", "tier-2"],
                "limits" => map! { "cpu" => 0.5, "memory_mb" => 128 },
            },
        },
    }
}

fn platform(rng: &mut Prng, bytes: usize) -> Tree {
    let mut sections = Sections::default();
    let mut written = 6_000;
    while written < bytes {
        written += sections.grow(rng);
    }
    let mut root = head(rng);
    root.set("services", Tree::Map(sections.services));
    root.set("routes", sections.routes);
    root.set("features", Tree::Map(sections.features));
    root.set("alerts", sections.alerts);
    root.set("roles", Tree::Map(sections.roles));
    root.set("messages", Tree::Map(sections.messages));
    root
}

#[derive(Default)]
struct Sections {
    services: Vec<(String, Tree)>,
    routes: Vec<Tree>,
    features: Vec<(String, Tree)>,
    alerts: Vec<Tree>,
    roles: Vec<(String, Tree)>,
    messages: Vec<(String, Tree)>,
}

impl Sections {
    /// Adds one thing to one section, and says about how many bytes of pretty JSON it takes.
    fn grow(&mut self, rng: &mut Prng) -> usize {
        match rng.below(100) {
            0..40 => grow_map(&mut self.services, rng, service),
            40..62 => grow_list(&mut self.routes, route(rng)),
            62..76 => grow_map(&mut self.features, rng, feature),
            76..86 => grow_list(&mut self.alerts, alert(rng)),
            86..92 => grow_map(&mut self.roles, rng, role),
            _ => self.grow_messages(rng),
        }
    }

    fn grow_messages(&mut self, rng: &mut Prng) -> usize {
        let key = format!("{}.{}.{}", rng.pick(NOUNS), rng.pick(VERBS), self.messages.len());
        let mut texts = map! { "en" => sentence(rng) };
        for (language, text) in TRANSLATIONS {
            if rng.chance(55) {
                texts.set(*language, *text);
            }
        }
        let size = emit::json(&texts).len() + 40;
        self.messages.push((key, texts));
        size
    }
}

fn grow_map(section: &mut Vec<(String, Tree)>, rng: &mut Prng, make: fn(&mut Prng) -> Tree) -> usize {
    let mut name = name(rng);
    if section.iter().any(|(taken, _)| *taken == name) {
        name = format!("{name}-{}", section.len());
    }
    let value = make(rng);
    let size = nested_size(&value);
    section.push((name, value));
    size
}

fn grow_list(section: &mut Vec<Tree>, value: Tree) -> usize {
    let size = nested_size(&value);
    section.push(value);
    size
}

/// Two levels of indentation deeper than on its own.
fn nested_size(value: &Tree) -> usize {
    let text = emit::json(value);
    text.len() + 4 * text.lines().count() + 20
}

fn head(rng: &mut Prng) -> Tree {
    map! {
        "name" => "commerce-platform",
        "version" => "14.2.0",
        "environment" => "production",
        "debug" => false,
        "regions" => vec!["eu-central-1", "eu-west-1", "us-east-1"],
        "server" => map! {
            "host" => "::",
            "port" => 8443,
            "workers" => 32,
            "timeouts" => timeouts(rng),
            "tls" => map! {
                "enabled" => true,
                "cert" => "/etc/ssl/certs/platform.pem",
                "key" => "/etc/ssl/private/platform.key",
                "min_version" => "1.3",
                "ciphers" => vec!["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
            },
            "cors" => map! {
                "origins" => vec!["https://shop.example.com", "https://admin.example.com", "https://münchen.example"],
                "methods" => vec!["GET", "POST", "PUT", "DELETE"],
                "max_age" => 86_400,
            },
        },
        "logging" => map! {
            "level" => "info",
            "format" => "json",
            "sample_rate" => 0.05,
            "pattern" => "%d{HH:mm:ss.SSS} [%t]\t%-5level %logger{36} - \"%msg\"%n",
            "targets" => vec![
                map! { "kind" => "stdout" },
                map! { "kind" => "file", "path" => "/var/log/platform/app.log", "max_bytes" => 104_857_600, "keep" => 7 },
                map! { "kind" => "file", "path" => "C:\\ProgramData\\Platform\\audit.log", "keep" => 90 },
            ],
            "modules" => map! {
                "hyper" => "warn", "platform::checkout" => "debug", "platform::search" => "info", "sqlx" => "error",
            },
        },
        "database" => map! {
            "primary" => database(rng, "primary"),
            "replicas" => vec![database(rng, "replica-1"), database(rng, "replica-2"), database(rng, "replica-3")],
        },
    }
}

fn database(rng: &mut Prng, host: &str) -> Tree {
    let mut database = map! {
        "url" => format!("postgres://platform@{host}.db.internal:5432/platform?sslmode=verify-full"),
        "password" => secret(rng),
        "pool" => map! {
            "min" => rng.between(2, 8), "max" => rng.between(16, 128), "acquire_ms" => rng.between(1, 10) * 250,
        },
    };
    if rng.chance(50) {
        database.set("statement_timeout_ms", rng.between(1, 60) * 1000);
    }
    database
}

fn service(rng: &mut Prng) -> Tree {
    let host = format!("{}.{}.svc.cluster.local", rng.pick(NOUNS), rng.pick(TEAMS));
    let mut service = map! {
        "host" => host,
        "port" => rng.between(1024, 65_535),
        "enabled" => !rng.chance(8),
        "timeouts" => timeouts(rng),
    };
    if rng.chance(60) {
        service.set("description", sentence(rng));
    }
    if rng.chance(70) {
        service.set("replicas", rng.between(1, 40));
    }
    if rng.chance(30) {
        service.set("weight", rng.between(0, 400) as f64 / 4.0);
    }
    service.set("limits", limits(rng));
    if rng.chance(85) {
        service.set("tags", words(rng, TAGS, 5));
    }
    if rng.chance(75) {
        service.set("labels", labels(rng));
    }
    if rng.chance(50) {
        service.set("env", environment(rng));
    }
    if rng.chance(45) {
        service.set("retry", retry(rng));
    }
    if rng.chance(40) {
        service.set("health", health(rng));
    }
    match rng.below(4) {
        0 => service.set("schedule", format!("*/{} {} * * 1-5", rng.between(2, 30), rng.between(0, 23))),
        1 => service.set("queue", queue(rng)),
        _ => {
            let endpoints: Vec<_> = (0..rng.between(1, 7)).map(|_| endpoint(rng)).collect();
            service.set("endpoints", endpoints);
        }
    }
    if rng.chance(35) {
        service.set("depends_on", words(rng, NOUNS, 4));
    }
    if rng.chance(10) {
        let (latitude, longitude) = (rng.between(-90_000, 90_000), rng.between(-180_000, 180_000));
        service.set("location", vec![latitude as f64 / 1000.0, longitude as f64 / 1000.0]);
    }
    service
}

fn timeouts(rng: &mut Prng) -> Tree {
    let mut timeouts =
        map! { "connect_ms" => rng.between(1, 40) * 50, "read_ms" => rng.between(1, 120) * 500 };
    if rng.chance(50) {
        timeouts.set("idle", format!("{}s", rng.between(5, 600)));
    }
    timeouts
}

fn limits(rng: &mut Prng) -> Tree {
    let mut limits =
        map! { "cpu" => rng.between(1, 64) as f64 / 4.0, "memory_mb" => rng.between(1, 128) * 128 };
    if rng.chance(40) {
        limits.set("burst", rng.between(10, 5000));
    }
    if rng.chance(10) {
        limits.set("quota_bytes", rng.between(1 << 33, 1 << 52));
    }
    limits
}

fn labels(rng: &mut Prng) -> Tree {
    let mut labels = map! { "team" => rng.pick(TEAMS), "tier" => format!("tier-{}", rng.between(1, 4)) };
    for _ in 0..rng.below(5) {
        labels.set(format!("app.kubernetes.io/{}", rng.pick(LABELS)), name(rng));
    }
    if rng.chance(20) {
        labels.set("cost-centre", format!("{:05}", rng.between(0, 99_999)));
    }
    labels
}

fn environment(rng: &mut Prng) -> Tree {
    let mut environment = Tree::Map(Vec::new());
    for _ in 0..rng.between(1, 6) {
        let key = format!("{}_{}", rng.pick(NOUNS), rng.pick(SETTINGS)).to_uppercase().replace('-', "_");
        let value = match rng.below(5) {
            0 => rng.between(0, 1 << 20).to_string(),
            1 => format!("https://{}.example.com/v{}?region=eu&mode=rw", rng.pick(NOUNS), rng.between(1, 4)),
            2 => secret(rng),
            3 => rng.pick(&["true", "off", "", "~/.cache", "a,b,c", "007"]).to_owned(),
            _ => name(rng),
        };
        environment.set(key, value);
    }
    environment
}

fn retry(rng: &mut Prng) -> Tree {
    let mut retry = map! { "attempts" => rng.between(1, 8), "backoff" => rng.between(10, 40) as f64 / 10.0 };
    if rng.chance(60) {
        retry.set("max_delay_ms", rng.between(1, 120) * 500);
    }
    if rng.chance(50) {
        let codes = [408, 425, 429, 500, 502, 503, 504];
        retry.set("on", codes[rng.below(4)..].to_vec());
    }
    retry
}

fn health(rng: &mut Prng) -> Tree {
    let path = rng.pick(&["/healthz", "/livez", "/actuator/health", "/status?deep=1"]);
    map! { "path" => path, "interval_ms" => rng.between(1, 30) * 1000, "threshold" => rng.between(1, 5) }
}

fn queue(rng: &mut Prng) -> Tree {
    let partitions = rng.between(1, 24);
    let mut queue = map! {
        "topic" => format!("{}.{}.v{}", rng.pick(NOUNS), rng.pick(VERBS), rng.between(1, 3)),
        "partitions" => partitions,
    };
    if rng.chance(50) {
        let offsets: Vec<_> = (0..partitions).map(|_| rng.between(-2, 900_000_000)).collect();
        queue.set("offsets", offsets);
    }
    if rng.chance(40) {
        queue.set("dead_letter", format!("{}-dlq", rng.pick(NOUNS)));
    }
    queue
}

fn endpoint(rng: &mut Prng) -> Tree {
    let mut endpoint = map! {
        "path" => path(rng),
        "method" => rng.pick(METHODS),
        "public" => rng.chance(30),
    };
    if rng.chance(40) {
        endpoint.set("cache_seconds", rng.between(0, 3600));
    }
    if rng.chance(40) {
        endpoint.set("scopes", scopes(rng));
    }
    endpoint
}

fn route(rng: &mut Prng) -> Tree {
    let mut route = map! {
        "match" => if rng.chance(30) { format!("^/api/v\\d+/{}/[^/]+$", rng.pick(NOUNS)) } else { path(rng) },
        "service" => name(rng),
    };
    if rng.chance(60) {
        route.set("methods", words(rng, METHODS, 3));
    }
    if rng.chance(30) {
        route.set("rewrite", path(rng));
    }
    if rng.chance(40) {
        route.set(
            "headers",
            map! {
                "X-Request-Source" => rng.pick(TEAMS),
                "Cache-Control" => format!("public, max-age={}", rng.between(0, 600)),
            },
        );
    }
    if rng.chance(35) {
        route.set("rate", map! { "per_second" => rng.between(1, 2000), "burst" => rng.between(1, 5000), "key" => "client_ip" });
    }
    if rng.chance(15) {
        route.set(
            "split",
            vec![
                map! { "service" => name(rng), "share" => 0.9 },
                map! { "service" => name(rng), "share" => 0.1 },
            ],
        );
    }
    route
}

fn feature(rng: &mut Prng) -> Tree {
    let mut feature = map! { "enabled" => rng.chance(60), "rollout" => rng.between(0, 100) as f64 / 100.0 };
    if rng.chance(50) {
        feature.set("description", sentence(rng));
    }
    if rng.chance(40) {
        feature.set("audience", words(rng, AUDIENCES, 4));
    }
    if rng.chance(20) {
        feature.set("overrides", map! { "eu-central-1" => rng.chance(50), "us-east-1" => rng.chance(50) });
    }
    feature
}

fn alert(rng: &mut Prng) -> Tree {
    let metric = format!("{}_{}_seconds", rng.pick(NOUNS), rng.pick(VERBS)).replace('-', "_");
    let mut alert = map! {
        "name" => name(rng),
        "expr" => format!("rate({metric}{{job=\"platform\"}}[5m]) > {}", rng.between(1, 99)),
        "for" => format!("{}m", rng.between(1, 30)),
        "severity" => rng.pick(&["info", "warning", "critical", "page"]),
    };
    if rng.chance(40) {
        alert.set("runbook", "1. Look at the dashboard.\n2. Is a deploy running? Wait.\n\n3. Otherwise: restart, then tell #on-call.\n");
    }
    if rng.chance(50) {
        alert.set("notify", words(rng, &["slack", "mail", "pager", "teams"], 3));
    }
    alert
}

fn role(rng: &mut Prng) -> Tree {
    let mut role = map! { "permissions" => scopes(rng) };
    if rng.chance(40) {
        role.set("inherits", words(rng, AUDIENCES, 2));
    }
    if rng.chance(30) {
        role.set("max_sessions", rng.between(1, 10));
    }
    role
}

fn scopes(rng: &mut Prng) -> Vec<String> {
    (0..rng.between(1, 6)).map(|_| format!("{}:{}", rng.pick(NOUNS), rng.pick(VERBS))).collect()
}

fn words(rng: &mut Prng, from: &[&str], most: i64) -> Vec<String> {
    (0..rng.between(1, most)).map(|_| rng.pick(from).to_owned()).collect()
}

fn name(rng: &mut Prng) -> String {
    format!("{}-{}", rng.pick(NOUNS), rng.pick(ROLES))
}

fn path(rng: &mut Prng) -> String {
    let tail = rng.pick(&["", "/{id}", "/{id}/items", "/search", "/*"]);
    format!("/v{}/{}/{}{tail}", rng.between(1, 3), rng.pick(NOUNS), rng.pick(VERBS))
}

fn secret(rng: &mut Prng) -> String {
    format!("{:016x}{:08x}==", rng.next(), rng.next() as u32)
}

fn sentence(rng: &mut Prng) -> String {
    let start = rng.pick(SENTENCES);
    if rng.chance(30) {
        return format!("{start} {}", rng.pick(SENTENCES));
    }
    start.to_owned()
}

const NOUNS: &[&str] = &[
    "account",
    "address",
    "audit",
    "basket",
    "billing",
    "catalogue",
    "checkout",
    "consent",
    "coupon",
    "customer",
    "delivery",
    "document",
    "fraud",
    "fulfilment",
    "gift-card",
    "identity",
    "image",
    "inventory",
    "invoice",
    "ledger",
    "loyalty",
    "mail",
    "media",
    "notification",
    "offer",
    "order",
    "parcel",
    "partner",
    "payment",
    "price",
    "profile",
    "promotion",
    "recommendation",
    "refund",
    "report",
    "review",
    "search",
    "session",
    "shipment",
    "stock",
    "subscription",
    "supplier",
    "tax",
    "tracking",
    "translation",
    "voucher",
    "warehouse",
    "wishlist",
];
const ROLES: &[&str] = &[
    "api",
    "backend",
    "batch",
    "cache",
    "consumer",
    "cron",
    "gateway",
    "indexer",
    "producer",
    "proxy",
    "reader",
    "scheduler",
    "stream",
    "sync",
    "ui",
    "worker",
    "writer",
    "v2",
    "canary",
    "eu",
    "us",
];
const VERBS: &[&str] = &[
    "read", "write", "list", "created", "updated", "deleted", "archive", "export", "import", "approve",
    "reject", "refresh", "lookup", "bulk",
];
const TEAMS: &[&str] = &[
    "atlas",
    "borealis",
    "commerce",
    "data",
    "edge",
    "finance",
    "growth",
    "logistik",
    "plattform",
    "risk",
    "shop",
];
const TAGS: &[&str] = &[
    "critical",
    "internal",
    "public",
    "pci",
    "gdpr",
    "stateless",
    "legacy",
    "beta",
    "tier-1",
    "tier-2",
    "größe:xl",
    "japan",
    "東京",
    "go",
    "rust",
    "jvm",
];
const LABELS: &[&str] = &["name", "instance", "component", "part-of", "managed-by", "version"];
const SETTINGS: &[&str] = &[
    "url",
    "timeout",
    "mode",
    "cache-dir",
    "api-key",
    "max-size",
    "level",
    "token",
    "region",
    "flags",
    "pool",
];
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
const AUDIENCES: &[&str] =
    &["staff", "beta", "partners", "premium", "guests", "admins", "eu-only", "support", "ops"];
const SENTENCES: &[&str] = &[
    "Serves the customer-facing pages and everything that hangs off them.",
    "Temporary until the migration is done; ask Jürgen before touching it.",
    "Reads \"orders\" and writes \"shipments\"; both topics must exist.",
    "Paths look like C:\\data\\in on the old machines and /data/in on the new ones.",
    "Liefert Größen und Gewichte für die Tourenplanung.",
    "Kept for the partners in 日本; their client sends Shift-JIS.",
    "Rollout \u{1f680} in three steps, see the wiki.",
    "Line one says what it does.\nLine two says why it is still here.",
    "Don't enable on Fridays.",
    "Calculates tax: net * (1 + rate), rounded half to even, per line and not per order.",
    "Columns are separated by a\ttab.",
    "Naïve but fast enough – 99 % of requests take < 5 ms.",
];
const TRANSLATIONS: &[(&str, &str)] = &[
    ("de", "Ihre Bestellung wurde aufgenommen – vielen Dank für Ihren Einkauf!"),
    ("fr", "Votre commande a été enregistrée ; merci de votre confiance."),
    ("ja", "ご注文を承りました。ありがとうございます。"),
    ("pl", "Zamówienie zostało przyjęte. Dziękujemy!"),
    ("es", "¡Gracias! Su pedido nº {number} está en camino."),
    ("emoji", "\u{1f4e6} → \u{1f69a} → \u{1f3e0}"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_what_they_say() {
        for size in Size::ALL {
            let bytes = emit::json(&generate(size)).len();
            let off = bytes.abs_diff(size.bytes()) * 100 / size.bytes();
            assert!(off <= 12, "{}: {bytes} bytes", size.name());
        }
    }

    #[test]
    fn two_runs_give_the_same_data() {
        assert_eq!(generate(Size::Medium), generate(Size::Medium));
    }

    #[test]
    fn three_formats_hold_the_same_data() {
        for size in Size::ALL {
            let tree = generate(size);
            let json: serde_json::Value = serde_json::from_str(&emit::json(&tree)).unwrap();
            let yaml: serde_json::Value = serde_yaml::from_str(&emit::yaml(&tree)).unwrap();
            let toml: serde_json::Value = toml::from_str(&emit::toml(&tree)).unwrap();
            assert!(json == yaml, "{}: yaml differs", size.name());
            let mixed: serde_json::Value = serde_yaml::from_str(&emit::mixed_yaml(&tree)).unwrap();
            assert!(json == mixed, "{}: mixed yaml differs", size.name());
            assert!(json == toml, "{}: toml differs", size.name());
        }
    }
}
