//! Validation errors: what is wrong with something a person typed or a program sent.

use std::borrow::Cow;

/// Why a text was not accepted: one whole sentence that also says what would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid(Cow<'static, str>);

impl Invalid {
    pub(crate) fn new(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self(sentence.into())
    }

    /// A JSON document of another shape than the one asked for.
    pub(crate) fn from_json(error: &serde_json::Error) -> Self {
        Self::new(format!("The document does not fit: {error}."))
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}
