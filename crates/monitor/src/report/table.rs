use super::text::escaped;

/// Rows of cells, the first of which are titles; the first `left` columns are aligned left, others right, but for a last
/// column called `trend` and the one before it, which are words and lines.
pub(super) struct Table {
    pub(super) rows: Vec<Vec<String>>,
    pub(super) left: usize,
}

impl Table {
    pub(super) fn new<const N: usize>(titles: [&str; N], left: usize) -> Self {
        Self { rows: vec![titles.map(String::from).to_vec()], left }
    }

    fn is_left(&self, column: usize) -> bool {
        let titles = self.rows.first().map_or(&[][..], Vec::as_slice);
        let has_trend = titles.last().is_some_and(|title| title == "trend");
        column < self.left || (has_trend && column + 2 >= titles.len())
    }

    /// For a fixed-width font, indented by two.
    pub(super) fn text(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell: &String| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let (width, cell) = (*width, cell.as_str());
                let cell = if self.is_left(column) {
                    format!("  {cell:<width$}")
                } else {
                    format!("  {cell:>width$}")
                };
                line.push_str(&cell);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    pub(super) fn markdown(&self) -> String {
        let mut text = String::new();
        for (number, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
            if number == 0 {
                let rules = (0..row.len()).map(|column| if self.is_left(column) { "---" } else { "---:" });
                text.push_str(&format!("| {} |\n", rules.collect::<Vec<_>>().join(" | ")));
            }
        }
        text
    }
}
