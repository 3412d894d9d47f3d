//! Records in CSV, under the service's field names in any case.

use limpid_model::{Pipeline, Reason};

use super::record;
use crate::formats::fields::Fields;
use crate::formats::{Fault, Finder, Found, Lines};

struct Csv<'p> {
    find: Finder<'p>,
    fields: Fields,
    /// Names of the columns, in lower case.
    names: Vec<String>,
}

/// Reads the header. Further columns do not matter.
///
/// # Errors
/// When there is no column for the station or the time, or one stands twice.
pub(in crate::formats) fn open<'p>(header: &str, pipeline: &'p Pipeline) -> Result<impl Lines<'p> + use<'p>, Fault> {
    open_for(header, Box::new(|code| pipeline.stations.by_id_or_name(code)))
}

/// The same, with the stations that `find` knows.
pub(crate) fn open_for<'p>(header: &str, find: Finder<'p>) -> Result<impl Lines<'p> + use<'p>, Fault> {
    let mut fields = Fields::new();
    fields.split(header);
    let names: Vec<String> = fields.iter().map(str::to_lowercase).collect();
    for needed in ["stationcode", "timepoint"] {
        if names.iter().filter(|name| *name == needed).count() != 1 {
            let detail = format!("column `{needed}` must stand there once");
            return Err(Fault::new(Reason::Damaged, detail).field(needed));
        }
    }
    Ok(Csv { find, fields, names })
}

impl<'p> Lines<'p> for Csv<'p> {
    fn line(&mut self, line: &str, found: &mut Found<'p>) -> Result<(), Fault> {
        let count = self.fields.split(line);
        if count != self.names.len() {
            return Err(Fault::count(count, self.names.len()));
        }
        let field = |name: &str| self.names.iter().position(|known| known == name).map(|at| self.fields.get(at));
        record::read(field, &self.find, found)
    }
}
