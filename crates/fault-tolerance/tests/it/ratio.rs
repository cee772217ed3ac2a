use enhanced_config_fault_tolerance::Ratio;

fn check(text: &str, expected: Option<f64>) {
    assert_eq!(text.parse::<Ratio>().ok().map(Ratio::get), expected, "{text:?}");
}

#[test]
fn numbers_and_percentages_are_read_and_nothing_else() {
    check("0.2", Some(0.2));
    check("20%", Some(0.2));
    check(" 20 % ", Some(0.2));
    check("0", Some(0.0));
    check("100%", Some(1.0));
    for wrong in ["", "%", "1.01", "101%", "-0.1", "NaN", "inf", "a", "1%%", "1e400"] {
        check(wrong, None);
    }
}

#[test]
fn what_is_shown_is_read_again() {
    for percent in 0..=100 {
        let ratio = Ratio::percent(percent);
        assert_eq!(ratio.to_string(), format!("{percent}%"));
        assert_eq!(ratio.to_string().parse(), Ok(ratio));
    }
}
