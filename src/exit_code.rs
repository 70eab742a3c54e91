//! What the process tells its caller.

/// The exit codes, the same in every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// At least one case passed, and each other one was skipped by its own `skip`, a waiver, or as it
    /// does not apply.
    Passed = 0,
    /// At least one case failed, errored or was not run.
    Failed = 1,
    /// The command line or a spec is invalid.
    Invalid = 2,
    /// apitest could not do its own part: a report not written, the server not started.
    Broken = 3,
    /// Nothing was judged: nothing found, nothing selected, or all skipped.
    Nothing = 4,
    /// Interrupted by a signal; the reports are written.
    Interrupted = 130,
}

impl ExitCode {
    /// Of two codes the one that the caller has to know: 130, then 3, 2, 1, 4.
    pub fn and(self, other: ExitCode) -> ExitCode {
        if self.rank() >= other.rank() { self } else { other }
    }

    fn rank(self) -> u8 {
        match self {
            ExitCode::Passed => 0,
            ExitCode::Nothing => 1,
            ExitCode::Failed => 2,
            ExitCode::Invalid => 3,
            ExitCode::Broken => 4,
            ExitCode::Interrupted => 5,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> std::process::ExitCode {
        std::process::ExitCode::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode::{self, *};

    #[test]
    fn the_graver_code_wins() {
        let ascending: [ExitCode; 6] = [Passed, Nothing, Failed, Invalid, Broken, Interrupted];
        for (i, lesser) in ascending.iter().enumerate() {
            for graver in &ascending[i..] {
                assert_eq!(lesser.and(*graver), *graver);
                assert_eq!(graver.and(*lesser), *graver);
            }
        }
    }
}
