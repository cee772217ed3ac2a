//! Which lines two texts have in common: Eugene Myers, "An O(ND) Difference Algorithm and Its Variations", 1986.

/// Texts that differ in more lines than this have nothing in common but beginning and end: finding out takes the square.
const MOST: usize = 2_000;

/// The pairs of equal lines, in order, with the fewest lines left over.
pub(super) fn common_lines(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let equal = |(old, new): &(&&str, &&str)| old == new;
    let before = old.iter().zip(new).take_while(equal).count();
    let most = old.len().min(new.len()) - before;
    let after = old.iter().rev().zip(new.iter().rev()).take(most).take_while(equal).count();
    let (old_end, new_end) = (old.len() - after, new.len() - after);
    let middle = match (old.get(before..old_end), new.get(before..new_end)) {
        (Some(old), Some(new)) => shortest(old, new).unwrap_or_default(),
        _ => Vec::new(),
    };
    let middle = middle.into_iter().map(|(old, new)| (old + before, new + before));
    let end = (0..after).map(|at| (old_end + at, new_end + at));
    let mut pairs: Vec<_> = (0..before).map(|at| (at, at)).chain(middle).chain(end).collect();
    slide_down(&mut pairs, old, new);
    pairs
}

/// Of the places where lines may have been put in or taken out, takes the last, as diff does: a block that ends as what is
/// before it does then ends with its own end.
fn slide_down(pairs: &mut [(usize, usize)], old: &[&str], new: &[&str]) {
    let (mut x, mut y) = (0, 0);
    for pair in pairs {
        let is_put_in = pair.0 == x && new.get(y) == new.get(pair.1);
        let is_taken_out = pair.1 == y && old.get(x) == old.get(pair.0);
        if is_put_in || is_taken_out {
            *pair = (x, y);
        }
        (x, y) = (pair.0 + 1, pair.1 + 1);
    }
}

/// How far the old text is read after so many edits, by how many of them are deletions.
type Row = Vec<usize>;

fn shortest(old: &[&str], new: &[&str]) -> Option<Vec<(usize, usize)>> {
    let mut rows: Vec<Row> = Vec::new();
    for edits in 0..=MOST {
        let mut row = Row::with_capacity(edits + 1);
        for deletions in 0..=edits {
            let (mut x, _) = reached(rows.last(), deletions);
            // A path that ran out of one text leads nowhere, and no line is equal to none.
            let mut y = (x + (edits - deletions)).saturating_sub(deletions);
            while old.get(x).is_some_and(|line| new.get(y) == Some(line)) {
                (x, y) = (x + 1, y + 1);
            }
            row.push(x);
            if x >= old.len() && y >= new.len() {
                return Some(walk_back(&rows, old.len(), new.len()));
            }
        }
        rows.push(row);
    }
    None
}

/// Where a diagonal is entered after one more edit than in `row`, and whether by a deletion: from whichever neighbour is
/// further.
fn reached(row: Option<&Row>, deletions: usize) -> (usize, bool) {
    let Some(row) = row else { return (0, false) };
    let deleted = deletions.checked_sub(1).and_then(|at| row.get(at)).map(|x| x + 1);
    match (deleted, row.get(deletions).copied()) {
        (Some(deleted), Some(inserted)) if inserted >= deleted => (inserted, false),
        (Some(deleted), _) => (deleted, true),
        (None, inserted) => (inserted.unwrap_or(0), false),
    }
}

/// The pairs on the way to the end of both texts, which one more edit than there are `rows` of has reached.
fn walk_back(rows: &[Row], mut x: usize, mut y: usize) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for edits in (0..=rows.len()).rev() {
        // On this diagonal deletions - insertions = x - y, and both together are all edits.
        let deletions = ((edits + x).saturating_sub(y)) / 2;
        let row = edits.checked_sub(1).and_then(|at| rows.get(at));
        let (entered, by_deletion) = reached(row, deletions);
        while x > entered {
            (x, y) = (x - 1, y - 1);
            pairs.push((x, y));
        }
        if by_deletion {
            x = x.saturating_sub(1);
        } else {
            y = y.saturating_sub(1);
        }
    }
    pairs.reverse();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By the textbook: a table of all pairs.
    fn longest(old: &[&str], new: &[&str]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for line in old {
            let mut diagonal = 0;
            for (at, other) in new.iter().enumerate() {
                let best = if line == other { diagonal + 1 } else { row[at].max(row[at + 1]) };
                diagonal = std::mem::replace(&mut row[at + 1], best);
            }
        }
        row[new.len()]
    }

    fn lines() -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "d"]), 0..24)
    }

    proptest! {
        #[test]
        fn as_many_lines_as_there_can_be_are_common(old in lines(), new in lines()) {
            let pairs = common_lines(&old, &new);
            prop_assert_eq!(pairs.len(), longest(&old, &new));
            prop_assert!(pairs.iter().all(|&(x, y)| old[x] == new[y]));
            prop_assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
        }
    }

    #[test]
    fn texts_with_nothing_in_common_are_told_apart_in_no_time() {
        let texts =
            ["old", "new"].map(|name| (0..50_000).map(|line| format!("{name} {line}")).collect::<Vec<_>>());
        let [old, new] = texts.each_ref().map(|text| text.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(common_lines(&old, &new), []);
        assert_eq!(common_lines(&old, &old).len(), 50_000);
    }
}
