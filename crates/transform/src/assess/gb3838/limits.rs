//! The limits of table 1, from `data/standards/gb3838.csv`.

use limpid_model::station::Body;
use limpid_model::{ParameterId, Unit};
use serde::Deserialize;

use super::INFERIOR;
use crate::assess::limit::{Limit, Rule};
use crate::fixed::{Fixed, Mean};
use crate::standards::{self, TableError};

const TABLE: &str = "gb3838.csv";

/// The table, in the standard's order.
#[derive(Debug, Clone)]
pub struct Classes(Vec<Item>);

/// One row.
#[derive(Debug, Clone)]
pub struct Item {
    /// What.
    pub parameter: ParameterId,
    /// The body that the limits are for; `None` for every one.
    body: Option<Body>,
    /// Whether it is one of the 21 items of which the worst gives the class.
    pub counts: bool,
    /// Digits to which a value is rounded before it is classed; `None`: it is not.
    decimals: Option<u32>,
    /// Whether a multiple of the limit says something.
    pub multiple: bool,
    /// Order among the pollutants that are named before all others.
    pub first: Option<u8>,
    limits: [Limit; 5],
}

#[derive(Deserialize)]
struct Row {
    parameter: String,
    body: String,
    unit: String,
    rule: Rule,
    counts: u8,
    decimals: Option<u32>,
    multiple: u8,
    first: Option<u8>,
    class_1: String,
    class_2: String,
    class_3: String,
    class_4: String,
    class_5: String,
}

impl Classes {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter, body or unit, a cell that is no limit, and limits that grow stricter with the class.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut items: Vec<Item> = Vec::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let wrong = |detail: String| TableError::content(TABLE, parameter, detail);
            let unit = Unit::parse(&row.unit).ok_or_else(|| wrong(format!("{} is no unit", row.unit)))?;
            let body = match row.body.as_str() {
                "*" => None,
                "river" => Some(Body::River),
                "lake" => Some(Body::Lake),
                other => return Err(wrong(format!("{other} is no body, write river, lake or *"))),
            };
            let cells = [&row.class_1, &row.class_2, &row.class_3, &row.class_4, &row.class_5];
            let mut limits = [Limit::None; 5];
            for (limit, cell) in limits.iter_mut().zip(cells) {
                *limit = Limit::parse(TABLE, parameter, unit, row.rule, cell)?;
            }
            let looser = |pair: &[Limit]| match (pair[0], pair[1]) {
                (Limit::Max(a), Limit::Max(b)) => a <= b,
                (Limit::Min(a), Limit::Min(b)) => a >= b,
                (Limit::Range(..), Limit::Range(..)) => true,
                _ => false,
            };
            if !limits.windows(2).all(looser) {
                return Err(wrong("limits must not grow stricter from class I to V".to_owned()));
            }
            items.push(Item {
                parameter,
                body,
                counts: row.counts == 1,
                decimals: row.decimals,
                multiple: row.multiple == 1,
                first: row.first,
                limits,
            });
        }
        Ok(Self(items))
    }

    /// The items that give the class of a body of water.
    pub fn items(&self, body: Body) -> impl Iterator<Item = ParameterId> {
        self.of(body).filter(|item| item.counts).map(|item| item.parameter)
    }

    /// The rows for a body of water, in the standard's order.
    pub fn of(&self, body: Body) -> impl Iterator<Item = &Item> {
        self.0.iter().filter(move |item| item.body.is_none_or(|of| of == body))
    }
}

impl Item {
    /// A value as it is classed.
    pub fn rounded(&self, value: Mean) -> Mean {
        self.decimals.map_or(value, |decimals| value.round(decimals))
    }

    /// The class of a rounded value, 1 to 5, or 6 for worse.
    pub fn class(&self, value: Mean) -> u8 {
        (1..).zip(&self.limits).find(|(_, limit)| limit.met(value)).map_or(INFERIOR, |(class, _)| class)
    }

    /// Whether a rounded value meets a class.
    pub fn meets(&self, class: u8, value: Mean) -> bool {
        self.class(value) <= class
    }

    /// The bound of a class that a value lies beyond.
    pub fn bound(&self, class: u8, value: Mean) -> Option<Fixed> {
        self.limits.get(usize::from(class).checked_sub(1)?)?.bound(value)
    }
}
