use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Severity::{Critical, High, Low, Medium};
use super::{Bound, Rule, RuleProblem, Unit};

/// Rules, each under its own name.
///
/// | rule | wrong when | well again | severity | held | quiet |
/// |---|---|---|---|---|---|
/// | `hit-ratio-low` | fewer than 80 % of reads hit, of 100 at least | 85 % | medium | 1 min | 1 min |
/// | `validation-errors` | more than 10 % of validations found problems | 5 % | high | | 1 min |
/// | `load-slow` | the 95th percentile of loads took more than 2 s | 1.6 s | high | | 1 min |
/// | `compression-low` | compression saves less than 50 % | 55 % | low | 1 min | 1 min |
/// | `cpu-high` | CPUs are more than 90 % busy | 80 % | high | 1 min | 1 min |
/// | `memory-high` | more than 85 % of memory is in use | 80 % | high | 1 min | 1 min |
/// | `disk-full` | more than 90 % of a disk is in use | 88 % | critical | | 1 min |
/// | `reload-rejected` | the newest content is refused | it is not | high | | 10 s |
/// | `last-known-good-served` | what is served was kept on disk | it was not | high | | 10 s |
/// | `defaults-served` | nothing but defaults is served | more is | critical | | 10 s |
///
/// An alert that goes on is told again after an hour.
///
/// A serialised form is a list, which takes the place of all of these, and is refused where there are
/// [`problems`](Self::problems).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Rule>")]
pub struct Rules(Vec<Rule>);

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

impl Rules {
    /// None at all.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// With `rule` in place of any of its name.
    #[must_use]
    pub fn with(mut self, rule: Rule) -> Self {
        match self.0.iter_mut().find(|known| known.name == rule.name) {
            Some(known) => *known = rule,
            None => self.0.push(rule),
        }
        self
    }

    /// Without the rule `name`.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|rule| rule.name != name);
        self
    }

    /// The rule `name` as `change` makes it; nothing happens when there is none.
    #[must_use]
    pub fn change(mut self, name: &str, change: impl FnOnce(Rule) -> Rule) -> Self {
        if let Some(rule) = self.0.iter_mut().find(|rule| rule.name == name) {
            *rule = change(rule.clone());
        }
        self
    }

    /// Everything that keeps rules from doing what they are for: nothing would ever be wrong, or everything.
    #[must_use]
    pub fn problems(&self) -> Vec<RuleProblem> {
        let mut names = BTreeSet::new();
        let twice = self.iter().filter(|rule| !names.insert(&rule.name));
        let twice: Vec<_> = twice.map(|rule| RuleProblem::Twice { rule: rule.name.to_string() }).collect();
        self.iter().filter_map(Rule::problem).chain(twice).collect()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    /// The rule `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Rule> {
        self.iter().find(|rule| rule.name == name)
    }
}

impl TryFrom<Vec<Rule>> for Rules {
    type Error = String;

    fn try_from(rules: Vec<Rule>) -> Result<Self, String> {
        let rules = Self(rules);
        let problems: Vec<_> = rules.problems().iter().map(ToString::to_string).collect();
        if problems.is_empty() { Ok(rules) } else { Err(problems.join("; ")) }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self(measured().into_iter().chain(resources()).chain(served()).collect())
    }
}

/// What follows from figures of configurations.
fn measured() -> [Rule; 4] {
    [
        Rule::new("hit-ratio-low", "hit_ratio", Bound::below(0.8, 0.85))
            .unit(Unit::Ratio)
            .severity(Medium)
            .held(MINUTE, MINUTE)
            .words("few reads hit the cache", "Give the cache more memory, or load less often."),
        Rule::new("validation-errors", "validation_error_ratio", Bound::above(0.1, 0.05))
            .unit(Unit::Ratio)
            .severity(High)
            .held(Duration::ZERO, MINUTE)
            .words(
                "many validations find problems",
                "Look at what the sources changed last, and at the schema.",
            ),
        Rule::new("load-slow", "load_seconds", Bound::above(2.0, 1.6))
            .unit(Unit::Seconds)
            .severity(High)
            .held(Duration::ZERO, MINUTE)
            .words("loading is slow", "Look at the disk, at remote sources and at the size of the files."),
        Rule::new("compression-low", "compression_saved_ratio", Bound::below(0.5, 0.55))
            .unit(Unit::Ratio)
            .severity(Low)
            .held(MINUTE, MINUTE)
            .words("compression saves little", "Give the memory of the cold tier to the hot one."),
    ]
}

/// What follows from figures of the system.
fn resources() -> [Rule; 3] {
    [
        Rule::new("cpu-high", "cpu_percent", Bound::above(90.0, 80.0))
            .unit(Unit::Percent)
            .severity(High)
            .held(MINUTE, MINUTE)
            .words("CPUs are busy", "Find out who uses them, or add some."),
        Rule::new("memory-high", "memory_percent", Bound::above(85.0, 80.0))
            .unit(Unit::Percent)
            .severity(High)
            .held(MINUTE, MINUTE)
            .words("memory runs short", "Find out who uses it, or raise the limit."),
        Rule::new("disk-full", "disk_percent", Bound::above(90.0, 88.0))
            .unit(Unit::Percent)
            .severity(Critical)
            .held(Duration::ZERO, MINUTE)
            .words("a disk is nearly full", "Make room: configurations cannot be saved on a full disk."),
    ]
}

/// What follows from what is served.
fn served() -> [Rule; 3] {
    let rule = |name, signal| Rule::new(name, signal, Bound::above(0.0, 0.0)).unit(Unit::Flag);
    [
        rule("reload-rejected", "reload_rejected").severity(High).held(Duration::ZERO, 10 * SECOND).words(
            "the newest content is refused",
            "Mend the sources: what was good before is still served.",
        ),
        rule("last-known-good-served", "serving_last_known_good")
            .severity(High)
            .held(Duration::ZERO, 10 * SECOND)
            .words(
                "what is served was kept on disk",
                "Mend the sources: they could not be used since the start.",
            ),
        rule("defaults-served", "serving_defaults")
            .severity(Critical)
            .held(Duration::ZERO, 10 * SECOND)
            .words("nothing but defaults is served", "Bring back the sources: none of them can be used."),
    ]
}
