//! Who may see a field, and what is done to the personal data in it.
//!
//! Attributes and reasons are those of the Regulation on the Disclosure of Government Information (State Council Order 711
//! of 2019, articles 13 to 16); what is personal follows article 28 of the Personal Information Protection Law.

use serde::{Deserialize, Serialize};

/// Who may see a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "disclosure", rename_all = "snake_case")]
pub enum Disclosure {
    /// Everybody.
    Public,
    /// Whoever asks for it with reason.
    OnRequest,
    /// Nobody.
    Withheld {
        /// Why.
        reason: Reason,
    },
}

impl Disclosure {
    /// The words in configuration.
    pub const KNOWN: [&'static str; 3] = ["public", "on_request", "withheld"];

    /// The word in configuration and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::OnRequest => "on_request",
            Self::Withheld { .. } => "withheld",
        }
    }

    /// Whether everybody may see it.
    pub fn is_public(self) -> bool {
        self == Self::Public
    }

    /// Why it is not public.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Withheld { reason } => Some(reason),
            _ => None,
        }
    }

    /// The narrower of both: a column of a table is no more public than its table.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Withheld { .. }, _) | (_, Self::Public) => self,
            _ => other,
        }
    }
}

/// Why something is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// State secrets (article 14).
    StateSecret,
    /// A law forbids it (article 14).
    LawForbids,
    /// National, public, economic security or social stability (article 14).
    Security,
    /// Trade secrets of others (article 15).
    TradeSecret,
    /// Privacy of others (article 15).
    Privacy,
    /// Internal affairs (article 16).
    Internal,
    /// Process material: drafts, letters, requests for instruction (article 16).
    Process,
    /// Case files of enforcement (article 16).
    EnforcementFile,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::StateSecret,
        Self::LawForbids,
        Self::Security,
        Self::TradeSecret,
        Self::Privacy,
        Self::Internal,
        Self::Process,
        Self::EnforcementFile,
    ];

    /// The code in configuration and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StateSecret => "state_secret",
            Self::LawForbids => "law_forbids",
            Self::Security => "security",
            Self::TradeSecret => "trade_secret",
            Self::Privacy => "privacy",
            Self::Internal => "internal",
            Self::Process => "process",
            Self::EnforcementFile => "enforcement_file",
        }
    }
}

/// What is done to personal data in a public field before they leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redaction {
    /// What the field holds.
    pub kind: Personal,
    /// What is done to it. Default mask.
    pub how: How,
}

/// Kinds of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// A telephone number.
    Phone,
    /// The number of an identity card.
    IdentityNumber,
    /// The name of a natural person.
    PersonalName,
    /// The number of a bank card or account.
    BankAccount,
    /// Whoever complained or reported.
    Complainant,
    /// Where somebody lives.
    HomeAddress,
    /// A number plate.
    PlateNumber,
    /// An address for electronic mail.
    Email,
}

impl Personal {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Phone,
        Self::IdentityNumber,
        Self::PersonalName,
        Self::BankAccount,
        Self::Complainant,
        Self::HomeAddress,
        Self::PlateNumber,
        Self::Email,
    ];

    /// The word in configuration and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::IdentityNumber => "identity_number",
            Self::PersonalName => "personal_name",
            Self::BankAccount => "bank_account",
            Self::Complainant => "complainant",
            Self::HomeAddress => "home_address",
            Self::PlateNumber => "plate_number",
            Self::Email => "email",
        }
    }

    /// What stands in the place of `text`: of a phone the first three signs stay, of a name the first, of everything else
    /// none. The length does not tell either.
    pub fn mask(self, text: &str) -> String {
        let kept = match self {
            Self::Phone => 3,
            Self::PersonalName => 1,
            _ => 0,
        };
        // A text so short that what is kept would be most of it keeps nothing.
        let kept = if text.chars().count() >= 2 * kept { kept } else { 0 };
        text.chars().take(kept).chain("***".chars()).collect()
    }
}

/// What is done to personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum How {
    /// `mask`: something stays, so that two can be told apart.
    #[default]
    Mask,
    /// `drop`: nothing stays.
    Drop,
}
