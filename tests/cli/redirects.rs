//! Where credentials travel, and where they do not.
