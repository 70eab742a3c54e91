//! Files that expectations name: read once, before the first request.

use std::sync::{Arc, OnceLock};

use crate::source::{Place, Spanned};
use crate::template::Template;

/// A file behind an operator: as written, or known to the plan.
#[derive(Debug)]
pub enum Attached<T> {
    /// The path as it is written, relative to the spec.
    Written(Spanned<Template>),
    /// The file, and where this one names it.
    Named(Arc<Attachment<T>>, Place),
}

/// A file that one or more expectations name.
#[derive(Debug)]
pub struct Attachment<T> {
    /// Its path from the working directory.
    pub path: Box<str>,
    /// What came of it when it was read.
    pub content: OnceLock<Result<T, String>>,
}

impl<T> Attachment<T> {
    /// A file that is not read yet.
    pub fn new(path: &str) -> Attachment<T> {
        Attachment { path: path.into(), content: OnceLock::new() }
    }
}

impl<T> Clone for Attached<T> {
    fn clone(&self) -> Self {
        match self {
            Attached::Written(path) => Attached::Written(path.clone()),
            Attached::Named(file, place) => Attached::Named(file.clone(), place.clone()),
        }
    }
}

impl<T> Attached<T> {
    /// What is in the file.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn content(&self) -> Result<&T, &str> {
        let Attached::Named(file, _) = self else { return Err("its path is not known") };
        match file.content.get() {
            Some(Ok(content)) => Ok(content),
            Some(Err(reason)) => Err(reason),
            None => Err("it was not read"),
        }
    }

    /// The path, once it is known.
    pub fn path(&self) -> &str {
        match self {
            Attached::Written(path) => path.value.as_fixed().unwrap_or("a file"),
            Attached::Named(file, _) => &file.path,
        }
    }
}
