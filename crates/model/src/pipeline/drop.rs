//! `[[ingest.drop]]`: folders whose files are imported as they come.

use std::path::PathBuf;

use super::fields::{Fields, Source};

/// `[[ingest.drop]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropFolder {
    /// The folder. A relative path starts at the pipeline's folder.
    pub path: PathBuf,
    /// The format of its files, as `limpid import --format` names it. Default `mapped` where there is a mapping.
    pub format: String,
    /// The file that explains the columns of mapped files. A relative path starts at the pipeline's folder.
    pub mapping: Option<PathBuf>,
    /// The station of files that name none.
    pub station: Option<String>,
    /// Seconds between two looks. Default 10.
    pub every_seconds: u64,
    /// Where it stands in `pipeline.toml`, a line from 1.
    pub line: usize,
}

pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<DropFolder> {
    let line = source.line(fields.offset(""));
    let path = fields.required(source, "path", "\"drop\"").map(|(path, _)| PathBuf::from(path));
    let mapping = fields.string(source, "mapping", "\"columns.toml\"").map(|(path, _)| PathBuf::from(path));
    let format = match (&mapping, fields.string(source, "format", "\"long\"")) {
        (_, Some((format, _))) => Some(format),
        (Some(_), None) => Some("mapped".to_owned()),
        (None, None) => fields.required(source, "format", "\"long\"").map(|(format, _)| format),
    };
    let station = fields.string(source, "station", "\"S1\"").map(|(station, _)| station);
    let every_seconds = fields.integer(source, "every_seconds", 1..=3600).unwrap_or(10);
    fields.finish(source);
    Some(DropFolder { path: path?, format: format?, mapping, station, every_seconds, line })
}

#[cfg(test)]
mod tests {
    use crate::Pipeline;
    use crate::pipeline::{DropFolder, Files};

    fn parse(drop: &str) -> Result<Vec<DropFolder>, String> {
        let publisher = "[publisher]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n";
        let stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
        let parsed = Pipeline::parse(&Files { pipeline: format!("{publisher}{drop}"), stations });
        parsed.map(|pipeline| pipeline.ingest.drops).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_folder_needs_a_path_and_a_format_or_a_mapping() {
        let drops = parse(
            "[[ingest.drop]]\npath = \"in\"\nformat = \"long\"\n\
             [[ingest.drop]]\npath = \"b\"\nmapping = \"m.toml\"\nstation = \"S1\"\nevery_seconds = 60\n",
        );
        let drops = drops.unwrap();
        assert_eq!((drops[0].format.as_str(), drops[0].every_seconds, drops[0].line), ("long", 10, 5));
        assert_eq!((drops[1].format.as_str(), drops[1].every_seconds, drops[1].line), ("mapped", 60, 8));
        for (drop, words) in [
            ("path = \"in\"", "pipeline.toml:5: `ingest.drop.format` is missing"),
            ("format = \"long\"", "pipeline.toml:5: `ingest.drop.path` is missing"),
            ("path = \"in\"\nformat = \"long\"\nevry_seconds = 1", "did you mean `every_seconds`?"),
            ("path = \"in\"\nformat = \"long\"\nevery_seconds = 0", "from 1 to 3600"),
        ] {
            let told = parse(&format!("[[ingest.drop]]\n{drop}\n")).unwrap_err();
            assert!(told.contains(words), "{drop}: {told}");
        }
    }
}
