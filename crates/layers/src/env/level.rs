use std::collections::{BTreeSet, HashMap};

use enhanced_config_core::variable::spellings;
use enhanced_config_core::{Kind, NodeRef, Segment, Subschemas};

/// What is known about one place of the configuration: what the schema says, and what the layers below have there.
///
/// The levels below it and the table of its names are made when they are asked for: a large document costs nothing
/// where no variable leads.
pub(super) struct Level<'a> {
    pub(super) schema: Subschemas<'a>,
    pub(super) lower: Option<NodeRef<'a>>,
    names: Option<Names<'a>>,
    inner: HashMap<Segment, Level<'a>>,
}

/// The known keys of a map, by how they may be spelled.
#[derive(Default)]
struct Names<'a> {
    keys: HashMap<String, Vec<&'a str>>,
    longest: usize,
}

impl<'a> Level<'a> {
    pub(super) fn new(schema: Subschemas<'a>, lower: Option<NodeRef<'a>>) -> Self {
        Self { schema, lower, names: None, inner: HashMap::new() }
    }

    /// The known members that `name` may mean.
    pub(super) fn members(&mut self, name: &str) -> Vec<Segment> {
        if let Some(length) = self.list_length() {
            let index: Option<usize> = name.parse().ok();
            let index = index.filter(|index| *index < length && index.to_string() == name);
            return index.map(Segment::Index).into_iter().collect();
        }
        let keys = self.names().keys.get(name);
        keys.into_iter().flatten().map(|key| Segment::from(*key)).collect()
    }

    /// Bytes of the longest spelling of a member.
    pub(super) fn longest_name(&mut self) -> usize {
        match self.list_length() {
            Some(length) => length.to_string().len(),
            None => self.names().longest,
        }
    }

    /// How many members the list here has, if the layers below have one.
    pub(super) fn list_length(&self) -> Option<usize> {
        self.lower.filter(|lower| lower.kind() == Kind::List).map(NodeRef::len)
    }

    /// Whether only a list may be here.
    pub(super) fn is_list(&self) -> bool {
        let kinds = self.schema.kinds();
        self.list_length().is_some() || kinds.contains(&Kind::List) && !kinds.contains(&Kind::Map)
    }

    /// Whether a map is here, or may be.
    pub(super) fn is_map(&self) -> bool {
        self.lower.is_some_and(|lower| lower.kind() == Kind::Map) || self.schema.kinds().contains(&Kind::Map)
    }

    /// A member, made once.
    pub(super) fn member(&mut self, segment: &Segment) -> &mut Level<'a> {
        let (schema, lower) = (&self.schema, self.lower);
        self.inner.entry(segment.clone()).or_insert_with(|| Level::within(schema, lower, segment))
    }

    /// A member, made for this one use.
    pub(super) fn new_member(&self, segment: &Segment) -> Level<'a> {
        Level::within(&self.schema, self.lower, segment)
    }

    fn within(schema: &Subschemas<'a>, lower: Option<NodeRef<'a>>, segment: &Segment) -> Level<'a> {
        match segment {
            Segment::Key(key) => Level::new(schema.member(key), lower.and_then(|lower| lower.get(key))),
            Segment::Index(index) => {
                Level::new(schema.item(*index), lower.and_then(|lower| lower.index(*index)))
            }
        }
    }

    /// Drops the members that were made.
    pub(super) fn forget(&mut self) {
        self.inner.clear();
    }

    /// The known keys, those that the schema names first.
    pub(super) fn keys(&self) -> Vec<&'a str> {
        let lower = self.lower.into_iter().flat_map(NodeRef::entries).map(|(key, _)| key);
        let mut seen = BTreeSet::new();
        self.schema.keys().chain(lower).filter(|key| seen.insert(*key)).collect()
    }

    fn names(&mut self) -> &Names<'a> {
        if self.names.is_none() {
            self.names = Some(Names::of(&self.keys()));
        }
        self.names.get_or_insert_default()
    }
}

impl<'a> Names<'a> {
    fn of(keys: &[&'a str]) -> Self {
        let mut names = Self::default();
        for &key in keys {
            for spelling in spellings(key).into_iter().filter(|spelling| !spelling.is_empty()) {
                names.longest = names.longest.max(spelling.len());
                names.keys.entry(spelling).or_default().push(key);
            }
        }
        names
    }
}
