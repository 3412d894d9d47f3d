//! The bytes of a submission.

/// What was received, byte for byte: at hand, or digested and compressed while it arrived.
#[derive(Debug, Clone)]
pub enum Body {
    /// The bytes.
    Plain(Vec<u8>),
    /// A long body that was never in memory as a whole.
    Sealed(Sealed),
}

/// A body in the form in which the journal keeps long ones. `limpid_store::Seal` makes it.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Of the bytes as received.
    pub sha256: [u8; 32],
    /// How many bytes were received.
    pub length: usize,
    /// What the journal keeps of them.
    pub packed: Vec<u8>,
}

impl Default for Body {
    fn default() -> Self {
        Self::Plain(Vec::new())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Plain(bytes)
    }
}

impl Body {
    /// The bytes, where they are at hand.
    pub fn plain(&self) -> Option<&[u8]> {
        match self {
            Self::Plain(bytes) => Some(bytes),
            Self::Sealed(_) => None,
        }
    }
}

/// Whether the bytes are at hand and are these.
impl<T: AsRef<[u8]> + ?Sized> PartialEq<T> for Body {
    fn eq(&self, other: &T) -> bool {
        self.plain() == Some(other.as_ref())
    }
}
