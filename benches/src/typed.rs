//! The structs an application would declare for the generated configuration, with plain serde derive.

use std::collections::BTreeMap;

use enhanced_config_schema::schemars::{self, JsonSchema};
use serde::Deserialize;

/// The whole configuration, at any size.
#[allow(missing_docs, reason = "the names are those of the file")]
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub struct Platform {
    pub name: String,
    pub version: String,
    pub environment: String,
    pub debug: bool,
    #[serde(default)]
    pub regions: Vec<String>,
    pub server: Server,
    pub logging: Logging,
    pub database: Databases,
    pub services: BTreeMap<String, Service>,
    #[serde(default)]
    pub routes: Vec<Route>,
    #[serde(default)]
    pub features: BTreeMap<String, Feature>,
    #[serde(default)]
    pub alerts: Vec<Alert>,
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    #[serde(default)]
    pub messages: BTreeMap<String, BTreeMap<String, String>>,
}

macro_rules! sections {
    ($($name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })*) => {$(
        #[allow(missing_docs, reason = "the names are those of the file")]
        #[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
        pub struct $name { $($(#[$attribute])* pub $field: $type,)* }
    )*};
}

sections! {
    Server {
        host: String,
        port: u16,
        workers: u32,
        timeouts: Timeouts,
        tls: Option<Tls>,
        cors: Option<Cors>,
    }
    Timeouts { connect_ms: u64, read_ms: u64, idle: Option<String>, }
    Tls { enabled: bool, cert: String, key: String, min_version: String, ciphers: Vec<String>, }
    Cors { origins: Vec<String>, methods: Vec<String>, max_age: u32, }
    Logging {
        level: String,
        format: String,
        sample_rate: f64,
        pattern: Option<String>,
        #[serde(default)]
        targets: Vec<Target>,
        modules: BTreeMap<String, String>,
    }
    Target { kind: String, path: Option<String>, max_bytes: Option<u64>, keep: Option<u32>, }
    Databases {
        primary: Database,
        #[serde(default)]
        replicas: Vec<Database>,
    }
    Database { url: String, password: String, pool: Pool, statement_timeout_ms: Option<u64>, }
    Pool { min: u32, max: u32, acquire_ms: u64, }
    Service {
        host: String,
        port: u16,
        enabled: bool,
        timeouts: Timeouts,
        description: Option<String>,
        replicas: Option<u32>,
        weight: Option<f64>,
        limits: Limits,
        #[serde(default)]
        tags: Vec<String>,
        #[serde(default)]
        labels: BTreeMap<String, String>,
        #[serde(default)]
        env: BTreeMap<String, String>,
        retry: Option<Retry>,
        health: Option<Health>,
        schedule: Option<String>,
        queue: Option<Queue>,
        #[serde(default)]
        endpoints: Vec<Endpoint>,
        #[serde(default)]
        depends_on: Vec<String>,
        location: Option<(f64, f64)>,
    }
    Limits { cpu: f64, memory_mb: u32, burst: Option<u32>, quota_bytes: Option<u64>, }
    Retry {
        attempts: u32,
        backoff: f64,
        max_delay_ms: Option<u64>,
        #[serde(default)]
        on: Vec<u16>,
    }
    Health { path: String, interval_ms: u64, threshold: u32, }
    Queue {
        topic: String,
        partitions: u32,
        #[serde(default)]
        offsets: Vec<i64>,
        dead_letter: Option<String>,
    }
    Endpoint {
        path: String,
        method: Method,
        public: bool,
        cache_seconds: Option<u32>,
        #[serde(default)]
        scopes: Vec<String>,
    }
    Route {
        #[serde(rename = "match")]
        pattern: String,
        service: String,
        #[serde(default)]
        methods: Vec<Method>,
        rewrite: Option<String>,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        rate: Option<Rate>,
        #[serde(default)]
        split: Vec<Split>,
    }
    Rate { per_second: u32, burst: u32, key: String, }
    Split { service: String, share: f64, }
    Feature {
        enabled: bool,
        rollout: f64,
        description: Option<String>,
        #[serde(default)]
        audience: Vec<String>,
        #[serde(default)]
        overrides: BTreeMap<String, bool>,
    }
    Alert {
        name: String,
        expr: String,
        #[serde(rename = "for")]
        duration: String,
        severity: Severity,
        runbook: Option<String>,
        #[serde(default)]
        notify: Vec<String>,
    }
    Role {
        permissions: Vec<String>,
        #[serde(default)]
        inherits: Vec<String>,
        max_sessions: Option<u32>,
    }
}

/// The method of a request.
#[allow(missing_docs, reason = "the names are those of the file")]
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
}

/// How loud an alert is.
#[allow(missing_docs, reason = "the names are those of the file")]
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Critical,
    Page,
}
