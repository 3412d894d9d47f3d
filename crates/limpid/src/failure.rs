//! How a command ends when it does not end well: 1 when the work failed, 2 for wrong usage or configuration.

use std::process::ExitCode;

/// Why a command ended.
pub enum Failure {
    /// The work failed: exit code 1.
    Work(anyhow::Error),
    /// Wrong usage or configuration: exit code 2.
    Usage(String),
    /// The mistakes have been told already: exit code 2.
    Told,
}

impl Failure {
    /// Says once, on standard error, what went wrong and why.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Work(error) => {
                eprintln!("limpid: {error:#}");
                ExitCode::from(1)
            }
            Self::Usage(text) => {
                eprintln!("limpid: {text}");
                ExitCode::from(2)
            }
            Self::Told => ExitCode::from(2),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Work(error.into())
    }
}
