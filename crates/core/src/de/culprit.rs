use serde::de::Unexpected;

use crate::{KeyPath, Kind, NodeRef, Value};

/// What an error tells of the value that it is about.
///
/// A type that buffers its input (flattened, tagged or untagged) raises its errors when the buffer is read, far from
/// the value. What was found is then looked for among the values inside.
#[derive(Clone, PartialEq)]
pub(super) enum Culprit {
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(Box<str>),
    Kind(Kind),
    /// A list of so many members.
    Length(usize),
    /// Whatever has this key.
    Key(Box<str>),
}

impl Culprit {
    pub(super) fn of(found: Unexpected<'_>) -> Self {
        match found {
            Unexpected::Bool(value) => Culprit::Bool(value),
            Unexpected::Signed(value) => Culprit::Integer(value.into()),
            Unexpected::Unsigned(value) => Culprit::Integer(value.into()),
            Unexpected::Float(value) => Culprit::Float(value),
            Unexpected::Char(value) => Culprit::Text(value.to_string().into()),
            Unexpected::Str(value) => Culprit::Text(value.into()),
            other => Culprit::Kind(kind_of(other)),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Culprit::Bool(_) => Kind::Bool,
            Culprit::Integer(_) => Kind::Integer,
            Culprit::Float(_) => Kind::Float,
            Culprit::Text(_) | Culprit::Key(_) => Kind::String,
            Culprit::Length(_) => Kind::List,
            Culprit::Kind(kind) => *kind,
        }
    }

    /// Whether it is the number of members of `node` that was found.
    pub(super) fn is_length_of(&self, node: NodeRef<'_>) -> bool {
        matches!(self, Culprit::Length(_)) && self.is(node)
    }

    /// Whether `node` can be what was found.
    fn is(&self, node: NodeRef<'_>) -> bool {
        match (self, node.value()) {
            (Culprit::Key(key), _) => node.key() == Some(key),
            (Culprit::Bool(wanted), Value::Bool(value)) => *wanted == value,
            (Culprit::Integer(wanted), Value::Integer(value)) => *wanted == value.into(),
            (Culprit::Integer(wanted), Value::Unsigned(value)) => *wanted == value.into(),
            (Culprit::Float(wanted), Value::Float(value)) => *wanted == value,
            (Culprit::Text(wanted), Value::String(value)) => **wanted == *value,
            (Culprit::Length(wanted), Value::List(items)) => *wanted == items.len(),
            (Culprit::Kind(wanted), _) => *wanted == node.kind(),
            _ => false,
        }
    }

    /// The value inside `node` that was found, with its path from there, unless there are several that it can be.
    /// Those that `is_known` are not.
    pub(super) fn search<'a>(
        &self,
        node: NodeRef<'a>,
        is_known: &dyn Fn(NodeRef<'_>) -> bool,
    ) -> Option<(KeyPath, NodeRef<'a>)> {
        let mut search = Search { culprit: self, is_known, path: KeyPath::root(), found: None, count: 0 };
        search.below(node);
        search.found.filter(|_| search.count == 1)
    }
}

fn kind_of(found: Unexpected<'_>) -> Kind {
    match found {
        Unexpected::Unit | Unexpected::Option => Kind::Null,
        Unexpected::Seq | Unexpected::TupleVariant | Unexpected::Bytes(_) => Kind::List,
        Unexpected::Map
        | Unexpected::StructVariant
        | Unexpected::NewtypeStruct
        | Unexpected::NewtypeVariant => Kind::Map,
        _ => Kind::String,
    }
}

struct Search<'s, 'a> {
    culprit: &'s Culprit,
    is_known: &'s dyn Fn(NodeRef<'_>) -> bool,
    path: KeyPath,
    found: Option<(KeyPath, NodeRef<'a>)>,
    count: usize,
}

impl<'a> Search<'_, 'a> {
    fn below(&mut self, node: NodeRef<'a>) {
        for (index, item) in node.items().enumerate() {
            self.path.push(index);
            self.at(item);
            self.path.pop();
        }
        for (key, member) in node.entries() {
            self.path.push(key);
            self.at(member);
            self.path.pop();
        }
    }

    fn at(&mut self, node: NodeRef<'a>) {
        if (self.is_known)(node) {
            return;
        }
        if self.culprit.is(node) {
            self.count += 1;
            self.found.get_or_insert_with(|| (self.path.clone(), node));
        }
        self.below(node);
    }
}
