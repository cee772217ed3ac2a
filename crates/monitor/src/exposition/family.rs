use std::collections::BTreeMap;

use crate::harmless::harmless_name;
use crate::meter::Distribution;

/// Metrics of one name.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    /// Without a unit and without `_total`.
    pub(crate) name: &'static str,
    pub(crate) unit: Option<&'static str>,
    /// Without a full stop.
    #[cfg_attr(
        not(feature = "openmetrics"),
        expect(dead_code, reason = "recorders are told figures, and no descriptions")
    )]
    pub(crate) help: &'static str,
    /// By their labels, so that no two have the same.
    pub(crate) rows: BTreeMap<Labels, Value>,
}

pub(crate) type Labels = Vec<(&'static str, String)>;

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Total(f64),
    Level(f64),
    /// In nanoseconds, told as seconds.
    Times(Distribution),
}

impl Family {
    pub(crate) fn new(name: &'static str, help: &'static str) -> Self {
        let units = ["seconds", "bytes", "ratio", "celsius"];
        let unit =
            units.into_iter().find_map(|unit| Some((name.strip_suffix(unit)?.strip_suffix('_')?, unit)));
        let (name, unit) = unit.map_or((name, None), |(name, unit)| (name, Some(unit)));
        Self { name, unit, help, rows: BTreeMap::new() }
    }

    pub(crate) fn row<const N: usize>(
        mut self,
        labels: [(&'static str, &str); N],
        value: Option<Value>,
    ) -> Self {
        self.add(labels, value);
        self
    }

    pub(crate) fn add<const N: usize>(&mut self, labels: [(&'static str, &str); N], value: Option<Value>) {
        let labels = labels.map(|(name, value)| (name, harmless_name(value))).to_vec();
        self.rows.extend(value.map(|value| (labels, value)));
    }
}
