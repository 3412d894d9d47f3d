//! A threshold for each parameter and kind of station.

use std::collections::HashMap;

use limpid_model::{ParameterId, StationKind};

use crate::standards::TableError;

/// Thresholds by parameter and station kind (`None` for every kind).
#[derive(Debug, Clone)]
pub struct ByKind<T>(HashMap<(ParameterId, Option<StationKind>), T>);

impl<T> Default for ByKind<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> ByKind<T> {
    /// Adds a row; `kind` is a kind of station, or `*` for all.
    ///
    /// # Errors
    /// For an unknown kind and a row that stands twice.
    pub fn insert(
        &mut self,
        table: &'static str,
        parameter: ParameterId,
        kind: &str,
        row: T,
    ) -> Result<(), TableError> {
        let kind = match kind {
            "*" => None,
            kind => Some(
                kind.parse()
                    .map_err(|()| TableError::content(table, parameter, "kind is neither * nor a kind of station"))?,
            ),
        };
        if self.0.insert((parameter, kind), row).is_some() {
            return Err(TableError::content(table, parameter, "stands twice for the same kind"));
        }
        Ok(())
    }

    /// Every row, by parameter.
    pub fn iter(&self) -> impl Iterator<Item = (ParameterId, &T)> {
        let mut rows: Vec<(ParameterId, &T)> = self.0.iter().map(|((parameter, _), row)| (*parameter, row)).collect();
        rows.sort_by_key(|(parameter, _)| *parameter);
        rows.into_iter()
    }

    /// The row of a parameter at a station of this kind.
    pub fn get(&self, kind: StationKind, parameter: ParameterId) -> Option<&T> {
        self.0.get(&(parameter, Some(kind))).or_else(|| self.0.get(&(parameter, None)))
    }
}
