//! `README.md`: what a person must know before using the files.

use std::fmt::Write;

use limpid_model::ParameterId;

use super::{ALL, Made};

/// The text.
pub fn readme(made: &Made<'_>) -> String {
    let zone = made.text("zone");
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    line(&format!("# {}\n", made.text("title")));
    line(&format!("{}\n", made.text("description")));
    line(&format!(
        "Publisher: {}. Release `{}`, made {}.\n",
        made.publisher(),
        made.text("version"),
        made.text("created")
    ));
    line(&format!("How to cite: {}\n", made.citation()));

    line("## Files\n");
    line("Each file exists twice with the same rows: Parquet, and CSV (UTF-8, header row first) under gzip.");
    if made.has("window") {
        line(
            "A release never changes. The next has the scores as they stand then: each span ends with its last issue.\n",
        );
    } else if made.has("issue") {
        line("There is a file for each calendar day or month of issue, under `year=…/month=…`.");
        line("A release never changes, and neither does what was issued: an amendment is another issue.\n");
    } else if made.is_of_records() {
        line(
            "All rows are in one file. A release never changes. The next has the records as they are shown then: a revised record",
        );
        line(
            "has a higher `record_revision`, a withdrawn one keeps its row with `record_withdrawn` and `record_withdrawn_why` and",
        );
        line(
            "nothing else. Releases that show a record which was withdrawn later, or a field that is kept back since, keep their",
        );
        line("manifest with its hashes, and their rows are not served any more (HTTP 410).\n");
    } else {
        line("Where rows have a time there is a file for each calendar month, under `year=…/month=…`.");
        line(
            "A release never changes, and no row of one is taken away in the next: a value that was corrected has a higher",
        );
        line("`revision` there.\n");
    }
    line("| file | |\n| --- | --- |");
    line("| `datapackage.json` | every file with its size, SHA-256, rows and columns |");
    for (name, _, about) in ALL {
        line(&format!("| `{name}` | {about} |"));
    }

    line("\n## Columns\n");
    line("| column | type | meaning |\n| --- | --- | --- |");
    for field in made.fields() {
        line(&format!("| `{}` | {} | {} |", field.name, field.kind, field.about));
    }
    line(&format!("\nNo two rows have the same {}.", made.key().join(", ")));
    line("Missing values are empty (null in Parquet), never a stand-in such as -999.");

    if made.is_of_records() {
        line("\n## What is not shown\n");
        line(
            "Only public fields are columns. In them personal data that the register expects, or that a scan finds, are masked",
        );
        line(
            "(`***`) or dropped; `record_not_shown` names the fields of a record that have more than is shown, how and why.",
        );
    }
    line("\n## Times\n");
    line(&format!("Times carry their offset. Days, months and years are those of the zone {zone}."));
    if made.has("end") {
        line("`start` belongs to the period, `end` is the first moment after it.");
    }
    if made.has("flag") {
        line("\n## Flags\n");
        line(
            "After QARTOD (IOOS): 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing. Means and indices are made of",
        );
        line("values with flag 1, and of those with flag 2 where no rule applies. `rules` names the rules that gave a");
        line("value its flag, `mark` is the instrument's own word.");
    }
    if made.has("status") {
        line("\n## Status\n");
        line("`provisional`: no person has looked at it; `reviewed`: people have decided about all that it rests on;");
        line("`final`: no decision will change it any more.");
    }
    if made.has("issue") {
        line("\n## Methods\n");
        line(
            "Values are the issues of forecasts, kept as they went out. `issued` says when, `origin` up to when readings were",
        );
        line(
            "known; `model_id` is the trained model. Levels come from the chances of all levels, not from the expected value.",
        );
        line("Score by `lead_day`, and against `usual`, which is what climatology says.");
    }
    if made.has("scheme") && made.has("reason") {
        line("\n## Methods\n");
        line(
            "`scheme` names the standard and its edition. An empty `index` means that the standard forbids to give one;",
        );
        line("`reason` says why.");
    }
    if made.has("parameter") && made.has("unit") {
        line("\n## Parameters and units\n");
        line("| parameter | unit | name |\n| --- | --- | --- |");
        for parameter in parameters(made) {
            line(&format!("| `{parameter}` | {} | {} |", parameter.unit().as_str(), parameter.name().get("en")));
        }
    }
    let _ = write!(text, "\n## Licence\n\n{}: {}\n", made.pipeline.publisher.licence, made.licence_address());
    text
}

/// The parameters that the registry plans; every one while it says of some station nothing.
fn parameters(made: &Made<'_>) -> Vec<ParameterId> {
    let stations = &made.pipeline.stations;
    let open = stations.iter().any(|station| station.parameters.is_empty());
    let planned: Vec<ParameterId> = stations.iter().flat_map(|station| station.parameters.iter().copied()).collect();
    ParameterId::all().filter(|parameter| open || planned.contains(parameter)).collect()
}
