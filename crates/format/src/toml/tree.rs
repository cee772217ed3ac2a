use std::borrow::Cow;
use std::collections::HashMap;

/// The values of a text as they hang together, while any table may still grow.
pub(super) struct Tree<'a> {
    items: Vec<Item<'a>>,
    /// The tables, and lists of tables, that a later line may continue: by the table they are in and their key.
    tables: HashMap<(Id, Cow<'a, str>), Id>,
}

/// The number of an [`Item`].
pub(super) type Id = u32;

/// The number of the root table.
pub(super) const ROOT: Id = 0;

/// The end of a chain: the root is nobody's sibling.
const NONE: Id = ROOT;

/// One value.
pub(super) struct Item<'a> {
    /// Empty for a member of a list.
    pub(super) key: Cow<'a, str>,
    pub(super) key_at: u32,
    pub(super) at: u32,
    /// The next member of the same table or list.
    next: Id,
    pub(super) value: Value<'a>,
}

pub(super) enum Value<'a> {
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Cow<'a, str>),
    /// A number that this type cannot hold.
    OutOfRange(&'static str),
    List(Chain),
    Table(Chain, Made),
}

/// The members of a table or list, in their order.
#[derive(Clone, Copy, Default)]
pub(super) struct Chain {
    first: Id,
    last: Id,
}

/// How a table came to be, which says what may still be added to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// On the way of a header to another table: `a` of `[a.b]`.
    OnTheWay,
    /// By its own header.
    Header,
    /// By a dotted key: `a` of `a.b = 1`.
    Dotted,
    /// In braces: complete.
    Inline,
}

/// A key as it stands in the text.
pub(super) struct Key<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) at: u32,
}

impl<'a> Value<'a> {
    pub(super) fn list() -> Self {
        Value::List(Chain::default())
    }

    pub(super) fn table(made: Made) -> Self {
        Value::Table(Chain::default(), made)
    }
}

impl<'a> Tree<'a> {
    pub(super) fn new() -> Self {
        let value = Value::table(Made::Header);
        let root = Item { key: Cow::Borrowed(""), key_at: 0, at: 0, next: NONE, value };
        Self { items: vec![root], tables: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.len() == 1
    }

    pub(super) fn root(&self) -> Option<&Item<'a>> {
        self.items.first()
    }

    /// The members of a table or list, in order; none for a scalar.
    pub(super) fn children(&self, item: &Item<'a>) -> impl Iterator<Item = &Item<'a>> {
        let mut next = match item.value {
            Value::List(members) | Value::Table(members, _) => members.first,
            _ => NONE,
        };
        std::iter::from_fn(move || {
            let item = (next != NONE).then(|| self.items.get(next as usize)).flatten()?;
            next = item.next;
            Some(item)
        })
    }

    /// Adds a member to a table or list.
    pub(super) fn add(&mut self, parent: Id, key: Key<'a>, at: u32, value: Value<'a>) -> Id {
        let id = self.items.len() as Id;
        self.items.push(Item { key: key.name, key_at: key.at, at, next: NONE, value });
        let last = match self.items.get_mut(parent as usize).map(|item| &mut item.value) {
            Some(Value::List(members) | Value::Table(members, _)) => {
                if members.first == NONE {
                    members.first = id;
                }
                std::mem::replace(&mut members.last, id)
            }
            _ => NONE,
        };
        if let Some(last) = self.items.get_mut(last as usize).filter(|_| last != NONE) {
            last.next = id;
        }
        id
    }

    /// The table that `key` names on the way of a dotted key, made if it is not there.
    pub(super) fn dotted(&mut self, parent: Id, key: Key<'a>) -> Id {
        self.table(parent, key, Made::Dotted, |made| {
            let open = matches!(made, Made::OnTheWay | Made::Dotted);
            open.then_some(Made::Dotted)
        })
    }

    /// The table that `key` names on the way of a header, made if it is not there.
    pub(super) fn on_the_way(&mut self, parent: Id, key: Key<'a>) -> Id {
        self.table(parent, key, Made::OnTheWay, Some)
    }

    /// The table that a header defines.
    pub(super) fn defined(&mut self, parent: Id, key: Key<'a>) -> Id {
        self.table(parent, key, Made::Header, |made| (made == Made::OnTheWay).then_some(Made::Header))
    }

    /// A new table at the end of the list of tables that `key` names, which is made if it is not there.
    pub(super) fn appended(&mut self, parent: Id, key: Key<'a>) -> Id {
        let at = key.at;
        let found = self.find(parent, &key).and_then(|id| Some((id, self.items.get(id as usize)?)));
        let list = match found {
            Some((list, Item { value: Value::List(_), .. })) => list,
            _ => self.add_table(parent, key, Value::list()),
        };
        self.add(list, Key { name: Cow::Borrowed(""), at }, at, Value::table(Made::Header))
    }

    /// The table named `key`, if `joins` lets it be continued; else a new one, which makes `key` a duplicate.
    fn table(&mut self, parent: Id, key: Key<'a>, made: Made, joins: impl Fn(Made) -> Option<Made>) -> Id {
        if let Some(found) = self.find(parent, &key) {
            match self.items.get_mut(found as usize).map(|item| &mut item.value) {
                Some(Value::Table(_, made)) => {
                    if let Some(now) = joins(*made) {
                        *made = now;
                        return found;
                    }
                }
                // The way of a header leads through the last table of a list.
                Some(Value::List(members)) if made == Made::OnTheWay => return members.last,
                _ => {}
            }
        }
        self.add_table(parent, key, Value::table(made))
    }

    fn find(&self, parent: Id, key: &Key<'a>) -> Option<Id> {
        self.tables.get(&(parent, key.name.clone())).copied()
    }

    fn add_table(&mut self, parent: Id, key: Key<'a>, value: Value<'a>) -> Id {
        let (at, name) = (key.at, key.name.clone());
        let id = self.add(parent, key, at, value);
        self.tables.insert((parent, name), id);
        id
    }
}
