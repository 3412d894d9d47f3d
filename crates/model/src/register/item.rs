//! Under which kind of item a register stands in the catalogue of what a bureau must publish.

/// The items of the first level of the national template for ecological and environmental bureaus (HuanBanTing \[2019\] 672, as
/// counties have published it; three of the five names are seen there, the others recalled).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Item {
    /// `permission`
    Permission,
    /// `penalty`
    Penalty,
    /// `administration`
    #[default]
    Administration,
    /// `other`
    Other,
    /// `service`
    Service,
}

impl Item {
    /// All of them, in the order of the template.
    pub const ALL: [Self; 5] = [Self::Permission, Self::Penalty, Self::Administration, Self::Other, Self::Service];

    /// The word in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Penalty => "penalty",
            Self::Administration => "administration",
            Self::Other => "other",
            Self::Service => "service",
        }
    }

    /// As the template names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Permission => "行政许可",
            Self::Penalty => "行政处罚、行政强制和行政命令",
            Self::Administration => "行政管理",
            Self::Other => "其他行政职责",
            Self::Service => "公共服务",
        }
    }
}
