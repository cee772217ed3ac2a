use super::{Description, KeyDescription};

pub(super) fn of(description: &Description) -> String {
    let mut out = String::from(
        "| Key | Type | Default | Variable | Constraints | Description |\n|---|---|---|---|---|---|\n",
    );
    for key in &description.keys {
        let cells =
            [code(&key.path), cell(&key.types), default(key), variable(key), constraints(key), remarks(key)];
        for cell in cells {
            out.push_str("| ");
            out.push_str(&cell);
            out.push_str(if cell.is_empty() { "" } else { " " });
        }
        out.push_str("|\n");
    }
    if description.is_cut {
        out.push_str(&format!("\nKeys beyond these {} are left out.\n", Description::MAX_KEYS));
    }
    out
}

fn default(key: &KeyDescription) -> String {
    match &key.default {
        Some(_) if key.is_secret => code("***"),
        Some(default) => code(&default.to_string()),
        None if key.is_required => "required".to_owned(),
        None => String::new(),
    }
}

fn variable(key: &KeyDescription) -> String {
    key.variable.as_deref().map(code).unwrap_or_default()
}

fn constraints(key: &KeyDescription) -> String {
    cell(&key.constraints.join("; "))
}

fn remarks(key: &KeyDescription) -> String {
    let deprecated = key.deprecated.as_ref().map(|deprecation| match deprecation.advice() {
        Some(advice) => format!("Deprecated: {advice}."),
        None => "Deprecated.".to_owned(),
    });
    let remarks = [
        key.description.as_deref().map(str::to_owned),
        key.is_secret.then(|| "Secret.".to_owned()),
        key.needs_restart.then(|| "Needs a restart.".to_owned()),
        deprecated,
    ];
    let remarks: Vec<String> = remarks.into_iter().flatten().map(|remark| cell(&remark)).collect();
    remarks.join(" ")
}

/// A text that neither ends its cell nor its row.
fn cell(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    escaped(&lines.join(" "))
}

fn escaped(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // A backslash before a pipe would take the escape for itself.
    clean.replace("\\|", "\\\\|").replace('|', "\\|")
}

/// A text as code, whatever backticks it has.
fn code(text: &str) -> String {
    let text = escaped(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest == 0 { format!("{fence}{text}{fence}") } else { format!("{fence} {text} {fence}") }
}
