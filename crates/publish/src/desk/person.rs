//! Who works at the desk: a name with an account, and what `[[officer]]` and `[[reviewer]]` of that name may do.

use limpid_model::pipeline::{Officer, Reviewer};
use limpid_model::register::Role;
use limpid_store::{DeskAccount, DeskChange, DeskNote, DeskSession};

use crate::answer::Failure;
use crate::app::App;

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub account: DeskAccount,
    /// The session.
    pub session: DeskSession,
    /// What each form holds.
    pub csrf: String,
    /// From where this request came.
    pub address: String,
    officers: Vec<Officer>,
    reviewers: Vec<Reviewer>,
}

/// Whether the pipeline lets somebody of this name do anything.
pub fn is_known(app: &App, name: &str) -> bool {
    app.pipeline.officers.iter().any(|one| one.name == name)
        || app.pipeline.reviewers.iter().any(|one| one.name == name)
}

impl Person {
    /// `None` where the pipeline no longer names them.
    pub fn of(app: &App, account: DeskAccount, session: DeskSession, csrf: String, address: String) -> Option<Self> {
        let name = account.name.as_str();
        let officers: Vec<_> = app.pipeline.officers.iter().filter(|one| one.name == name).cloned().collect();
        let reviewers: Vec<_> = app.pipeline.reviewers.iter().filter(|one| one.name == name).cloned().collect();
        let known = !officers.is_empty() || !reviewers.is_empty();
        known.then_some(Self { account, session, csrf, address, officers, reviewers })
    }

    /// The name, as it stands beside what they do.
    pub fn name(&self) -> &str {
        &self.account.name
    }

    /// Whether password and second factor are as they must be; until then the account is all that they get.
    pub fn is_ready(&self, app: &App) -> bool {
        !self.account.temporary && (self.account.totp.is_some() || !app.pipeline.desk.second_factor)
    }

    /// The officer with this role in a register.
    ///
    /// # Errors
    /// 403.
    pub fn officer(&self, role: Role, register: &str) -> Result<&Officer, Failure> {
        self.officers.iter().find(|one| one.may(role, register)).ok_or_else(|| {
            Failure::forbidden(format!("this needs the role {} for {register}, which you do not have", role.as_str()))
        })
    }

    /// Whether they keep this register in any role.
    pub fn keeps(&self, register: &str) -> bool {
        [Role::Editor, Role::Reviewer, Role::Publisher].into_iter().any(|role| self.officer(role, register).is_ok())
    }

    /// Whether they look after the service.
    pub fn is_operator(&self) -> bool {
        self.officers.iter().any(|one| one.roles.contains(&Role::Operator))
    }

    /// Holds them to looking after the service.
    ///
    /// # Errors
    /// 403.
    pub fn operates(&self) -> Result<(), Failure> {
        let told = || Failure::forbidden("this needs the role operator, which you do not have");
        self.is_operator().then_some(()).ok_or_else(told)
    }

    /// Whether they decide about values.
    pub fn is_reviewer(&self) -> bool {
        !self.reviewers.is_empty()
    }

    /// The reviewer who decides about a station; without one, about something of many.
    ///
    /// # Errors
    /// 403.
    pub fn reviewer(&self, station: Option<&str>) -> Result<&Reviewer, Failure> {
        let found = self.reviewers.iter().find(|one| crate::api::token::may_decide(one, station).is_ok());
        found.ok_or_else(|| Failure::forbidden("this needs a reviewer of this station, which you are not"))
    }

    /// A line for the log.
    pub fn note(&self, app: &App, act: &str, what: impl Into<String>) -> DeskChange {
        let (who, address) = (self.name().to_owned(), self.address.clone());
        DeskChange::Note(DeskNote { id: 0, at: app.now(), who, address, act: act.to_owned(), what: what.into() })
    }
}
