//! `[water]`: what an authority chooses where the standards of water leave a choice.

use super::fields::{Fields, Source};

/// `[water]`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Water {
    /// Whether class I may be met by 90 % of oxygen saturation as well as by 7.5 mg/L. Default false: the national
    /// real-time feed goes by mg/L alone.
    pub saturation: bool,
    /// The profile by which sections that measure its items are graded black and odorous. Default none.
    pub black_odorous: Option<BlackOdorous>,
}

/// A profile of black and odorous water.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlackOdorous {
    /// `guide-2015`: the urban working guide.
    Guide2015,
    /// `three-item`: without redox potential.
    ThreeItem,
    /// `rural-2019`
    Rural2019,
}

impl BlackOdorous {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Guide2015, Self::ThreeItem, Self::Rural2019];

    /// The profile as configuration and tables spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guide2015 => "guide-2015",
            Self::ThreeItem => "three-item",
            Self::Rural2019 => "rural-2019",
        }
    }

    /// Id of its scheme.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Guide2015 => "black-odorous-2015",
            Self::ThreeItem => "black-odorous-three-item",
            Self::Rural2019 => "black-odorous-rural-2019",
        }
    }
}

/// Reads the table.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Water {
    let saturation = fields.boolean(source, "saturation").unwrap_or(false);
    let known = BlackOdorous::ALL.map(BlackOdorous::as_str);
    let profile = |text: &str| BlackOdorous::ALL.into_iter().find(|profile| profile.as_str() == text);
    let black_odorous = fields.parsed(source, "black_odorous", &known, profile);
    fields.finish(source);
    Water { saturation, black_odorous }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::Scheme;
    use crate::station::StationKind;

    #[test]
    fn every_profile_has_its_scheme() {
        for profile in BlackOdorous::ALL {
            assert_eq!(Scheme::parse(profile.scheme()).map(|scheme| scheme.kind), Some(StationKind::Water));
        }
    }
}
