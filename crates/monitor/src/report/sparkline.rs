/// Numbers as a line of blocks, the least the lowest and the greatest the highest; a gap where there is none. All alike,
/// they are low. More than `width` of them become the means of so many groups.
pub(super) fn sparkline(values: &[Option<f64>], width: usize) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let recent: Vec<Option<f64>> =
        values.chunks(values.len().div_ceil(width.max(1)).max(1)).map(mean).collect();
    let known = || recent.iter().flatten().copied().filter(|value| value.is_finite());
    let (least, greatest) =
        (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let block = |value: f64| {
        // Halves, because the difference of two numbers may be none.
        let above = |value: f64| value / 2.0 - least / 2.0;
        let share = if greatest > least { above(value) / above(greatest) } else { 0.0 };
        BLOCKS.get((share * 7.0).round() as usize).copied().unwrap_or(' ')
    };
    recent.iter().map(|value| value.filter(|value| value.is_finite()).map_or(' ', block)).collect()
}

fn mean(values: &[Option<f64>]) -> Option<f64> {
    let known = || values.iter().flatten().filter(|value| value.is_finite());
    let count = known().count();
    (count > 0).then(|| known().sum::<f64>() / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], expected: &str) {
        let values: Vec<_> = values.iter().map(|value| Some(*value)).collect();
        assert_eq!(sparkline(&values, 8), expected);
    }

    #[test]
    fn numbers_become_blocks() {
        check(&[], "");
        check(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "▁▂▃▄▅▆▇█");
        check(&[5.0, 5.0], "▁▁");
        check(&[1.0, 1.0, 1.0, 1.0, 9.0, 9.0, 9.0, 9.0, 9.0], "▁▁███");
        check(&[1.0, f64::NAN, f64::INFINITY, 2.0], "▁  █");
        check(&[-1e308, 1e308], "▁█");
    }
}
