//! What a schema marks, for a walk through a document that passes over all else.

use std::collections::HashMap;

use enhanced_config_core::{KeyPath, Kind, NodeRef, Segment, Subschemas};

/// The keys of a schema as a graph, so that one that refers to itself has an end. Alternatives are taken together.
#[derive(Debug, Clone)]
pub(crate) struct Outline<M> {
    /// The root is the first.
    places: Vec<Place<M>>,
}

/// All values about which the same is said.
#[derive(Debug, Clone)]
struct Place<M> {
    mark: Option<M>,
    /// Whether there is a mark here or somewhere inside.
    leads: bool,
    members: HashMap<Box<str>, usize>,
    /// The members that are not named.
    others: usize,
    /// The members of a list; those behind the last are as the last.
    items: Vec<usize>,
}

/// Places of one schema. Those of real systems have some hundred; what is beyond is not marked.
const MOST_PLACES: usize = 20_000;

impl<M> Outline<M> {
    /// The marks that `mark` sees; nothing when there is none.
    pub(crate) fn of(schema: NodeRef<'_>, mark: impl Fn(NodeRef<'_>) -> Option<M>) -> Option<Self> {
        // Most schemas have none, which is told much faster.
        if !mentions(schema, &mark) {
            return None;
        }
        let mut drawing = Drawing { numbers: HashMap::new(), open: Vec::new() };
        drawing.number(Subschemas::of_root(Some(schema)));
        let mut places = Vec::new();
        while let Some(said) = drawing.open.get(places.len()).cloned() {
            let mark = said.schemas().find_map(&mark);
            places.push(drawing.place(&said, mark));
        }
        let mut outline = Self { places };
        outline.lead();
        outline.places.first().is_some_and(|root| root.leads).then_some(outline)
    }

    /// Notes from where a mark can be reached, going backwards from each.
    fn lead(&mut self) {
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); self.places.len()];
        for (at, place) in self.places.iter().enumerate() {
            for next in place.next() {
                before.get_mut(next).into_iter().for_each(|before| before.push(at));
            }
        }
        let marked = self.places.iter().enumerate().filter(|(_, place)| place.mark.is_some());
        let mut open: Vec<usize> = marked.map(|(at, _)| at).collect();
        while let Some(at) = open.pop() {
            let Some(place) = self.places.get_mut(at).filter(|place| !place.leads) else { continue };
            place.leads = true;
            open.extend(before.get(at).into_iter().flatten());
        }
    }

    /// Calls `found` with every marked value inside of `value`, whose place is `at`.
    pub(crate) fn visit<'v>(&self, value: NodeRef<'v>, found: &mut dyn FnMut(&KeyPath, NodeRef<'v>, &M)) {
        self.visit_from(0, value, &mut KeyPath::root(), found);
    }

    fn visit_from<'v>(
        &self,
        at: usize,
        value: NodeRef<'v>,
        path: &mut KeyPath,
        found: &mut dyn FnMut(&KeyPath, NodeRef<'v>, &M),
    ) {
        let Some(place) = self.places.get(at).filter(|place| place.leads) else { return };
        if let Some(mark) = &place.mark {
            found(path, value, mark);
        }
        let members = value.entries().map(|(key, member)| (Segment::from(key), member));
        let items = value.items().enumerate().map(|(index, item)| (Segment::from(index), item));
        for (step, inner) in members.chain(items) {
            let Some(at) = place.step(&step) else { continue };
            path.push(step);
            self.visit_from(at, inner, path, found);
            path.pop();
        }
    }

    /// Whether the value at `path` is marked, or lies inside of one that is.
    pub(crate) fn covers(&self, path: &KeyPath) -> bool {
        let mut at = Some(0);
        let mut steps = path.segments().iter();
        loop {
            let Some(place) = at.and_then(|at| self.places.get(at)) else { return false };
            if place.mark.is_some() {
                return true;
            }
            let Some(step) = steps.next() else { return false };
            at = place.step(step);
        }
    }

    /// Whether something inside of `value`, which is at `path`, is marked.
    pub(crate) fn is_inside(&self, path: &KeyPath, value: NodeRef<'_>) -> bool {
        let step = |at: usize, step: &Segment| self.places.get(at)?.step(step);
        let Some(at) = path.segments().iter().try_fold(0, step) else { return false };
        let mut inside = false;
        self.visit_from(at, value, &mut KeyPath::root(), &mut |_, _, _| inside = true);
        inside
    }
}

impl<M> Place<M> {
    fn step(&self, step: &Segment) -> Option<usize> {
        match step {
            Segment::Key(key) => Some(*self.members.get(key).unwrap_or(&self.others)),
            Segment::Index(index) => self.items.get(*index).or(self.items.last()).copied(),
        }
    }

    fn next(&self) -> impl Iterator<Item = usize> {
        self.members.values().copied().chain([self.others]).chain(self.items.iter().copied())
    }
}

/// Numbers for sets of schemas.
struct Drawing<'a> {
    numbers: HashMap<Vec<u32>, usize>,
    open: Vec<Subschemas<'a>>,
}

impl<'a> Drawing<'a> {
    fn number(&mut self, said: Subschemas<'a>) -> usize {
        let mut rows: Vec<u32> = said.schemas().map(NodeRef::row_number).collect();
        rows.sort_unstable();
        if let Some(known) = self.numbers.get(&rows) {
            return *known;
        }
        let number = self.open.len();
        if number < MOST_PLACES {
            self.numbers.insert(rows, number);
            self.open.push(said);
        }
        number
    }

    fn place<M>(&mut self, said: &Subschemas<'a>, mark: Option<M>) -> Place<M> {
        let members = said.keys().map(|key| (key.into(), self.number(said.member(key)))).collect();
        let others = self.number(said.other());
        let prefix = said.schemas().flat_map(|schema| [schema.get("prefixItems"), schema.get("items")]);
        let prefix = prefix.flatten().filter(|list| list.kind() == Kind::List).map(NodeRef::len).max();
        let items = (0..=prefix.unwrap_or(0)).map(|index| self.number(said.item(index))).collect();
        Place { mark, leads: false, members, others, items }
    }
}

/// Whether anything in a schema may be a mark.
fn mentions<M>(node: NodeRef<'_>, mark: &impl Fn(NodeRef<'_>) -> Option<M>) -> bool {
    let mut inner = node.entries().map(|(_, member)| member).chain(node.items());
    mark(node).is_some() || inner.any(|inner| mentions(inner, mark))
}
