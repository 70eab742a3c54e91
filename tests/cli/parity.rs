//! The same reports for any number of jobs.
