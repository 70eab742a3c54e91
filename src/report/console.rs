//! The run as a person reads it: in a terminal, in a pipe, in the log of a CI job.

mod failure;
mod folds;
mod proof;
mod runs;
mod screen;
mod summary;
#[cfg(test)]
mod tests;
mod words;

use std::io::{self, Write};
use std::time::Duration;

use self::failure::{exchange, failure, printed};
use self::folds::Folds;
use self::runs::{earlier, last_run, reasons_in_short};
use self::screen::Screen;
use self::summary::Summary;
use self::words::{GREEN, Paint, RED, YELLOW, counts, shown_time};
use super::Reporter;
use super::progress::Progress;
use super::tally::Tally;
use crate::event::{CaseEnd, Event, Skip, StopReason, Verdict};
use crate::plan::{Case, Work};
use crate::text::{one_line, plural};

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What did not pass, and the totals.
    Quiet,
    /// A line a file too.
    Normal,
    /// Every case, with its exchange.
    Verbose,
}

/// Writes results to one place; faults and progress, which are not results, to another.
pub struct Console<O: Write, E: Write> {
    screen: Screen<O, E>,
    paint: Paint,
    paint_faults: Paint,
    detail: Detail,
    file: Option<FileLine>,
    summary: Summary,
    folds: Folds,
    /// Whether the last that was printed has several lines; a blank one sets it off.
    after_block: bool,
}

/// What is known of the file whose cases are being told.
struct FileLine {
    path: String,
    tally: Tally,
    elapsed: Duration,
}

impl<O: Write, E: Write> Console<O, E> {
    /// A console that has told nothing yet. Each place comes with whether it gets colours.
    pub fn new(out: (O, bool), err: (E, bool), detail: Detail, progress: Progress) -> Self {
        Console {
            screen: Screen::new(out.0, err.0, progress),
            paint: Paint { color: out.1 },
            paint_faults: Paint { color: err.1 },
            detail,
            file: None,
            summary: Summary::default(),
            folds: Folds::default(),
            after_block: false,
        }
    }

    fn case_ended(&mut self, case: &Case, end: &CaseEnd) -> io::Result<()> {
        self.enter_file(case)?;
        if let Some(file) = &mut self.file {
            file.elapsed += end.elapsed;
            file.tally.count_end(end);
        }
        if !matches!(case.work, Work::Probe(_)) {
            self.tell_folded_probes()?;
        }
        self.summary.add(case, end);
        let is_told_with_others = self.detail != Detail::Verbose && self.folds.take(case, end);
        if !is_told_with_others {
            self.summary.list(case, end);
        }
        match &end.verdict {
            _ if is_told_with_others => Ok(()),
            Verdict::Passed if self.detail == Detail::Verbose => {
                let (word, name) = (self.paint.with(GREEN, "PASSED "), one_line(&case.name));
                let time = shown_time(end.elapsed);
                let run = last_run(case, end).map(|run| format!(", flaky: {run}"));
                let run = run.unwrap_or_default();
                let exchange = exchange(end.exchange.as_deref(), self.paint);
                let earlier = earlier(end, self.paint, true);
                let address = address(case);
                self.block(&format!("{word}  {address}  {name}  {time}{run}\n{exchange}{earlier}"))
            }
            Verdict::Passed if end.is_flaky() && self.detail == Detail::Normal => {
                let (word, name) = (self.paint.with(YELLOW, "FLAKY  "), one_line(&case.name));
                let run = last_run(case, end).unwrap_or_default();
                let reasons = reasons_in_short(end).join("; ");
                self.line(&format!(
                    "{word}  {}  {name}: passed on {run}; {reasons}\n",
                    address(case)
                ))
            }
            Verdict::Passed => Ok(()),
            Verdict::Failed(failed) | Verdict::Errored(failed) => {
                let all_runs = self.detail == Detail::Verbose;
                self.block(&failure(case, end, failed, self.paint, all_runs))
            }
            Verdict::Skipped(Skip::Spec(reason) | Skip::Waived(reason) | Skip::NotSent(reason))
                if self.detail != Detail::Quiet =>
            {
                let (word, name) = (self.paint.with(YELLOW, "SKIPPED"), one_line(&case.name));
                let reason = one_line(reason);
                self.line(&format!("{word}  {}  {name}: {reason}\n", address(case)))
            }
            // What does not apply stands in the table at the end.
            Verdict::Skipped(_) => Ok(()),
        }
    }

    fn tell_folded_probes(&mut self) -> io::Result<()> {
        let line = self.folds.probes();
        line.map_or(Ok(()), |line| self.bad(line))
    }

    /// Tells of cases that did not pass, in a line.
    fn bad(&mut self, line: String) -> io::Result<()> {
        self.line(&format!("{line}\n"))?;
        self.summary.add_bad(line);
        Ok(())
    }

    /// Prints several lines that belong together.
    fn block(&mut self, text: &str) -> io::Result<()> {
        self.after_block = true;
        self.screen.print(&format!("\n{text}"))
    }

    /// Prints a line.
    fn line(&mut self, line: &str) -> io::Result<()> {
        let blank = if std::mem::take(&mut self.after_block) { "\n" } else { "" };
        self.screen.print(&format!("{blank}{line}"))
    }

    fn enter_file(&mut self, case: &Case) -> io::Result<()> {
        let path = case.file.source.path();
        if self.file.as_ref().is_some_and(|file| file.path == path) {
            return Ok(());
        }
        self.leave_file()?;
        let (tally, elapsed) = (Tally::default(), Duration::ZERO);
        self.file = Some(FileLine { path: path.to_owned(), tally, elapsed });
        Ok(())
    }

    fn leave_file(&mut self) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        self.tell_folded_probes()?;
        self.folds.unset().into_iter().try_for_each(|line| self.bad(line))?;
        if self.detail == Detail::Quiet {
            return Ok(());
        }
        let word = match file.tally.failed + file.tally.errored + file.tally.not_run {
            0 => self.paint.with(GREEN, "ok "),
            _ => self.paint.with(RED, "bad"),
        };
        let (path, counts, time) =
            (one_line(&file.path), counts(&file.tally), shown_time(file.elapsed));
        self.line(&format!("{word}  {path}  {counts}  {time}\n"))
    }

    fn ended(&mut self, elapsed: Duration, stopped: Option<StopReason>) -> io::Result<()> {
        self.leave_file()?;
        self.screen.end_progress();
        let text = self.summary.text(elapsed, stopped, self.detail, self.paint);
        self.screen.print(&text)?;
        self.screen.flush()
    }
}

impl<O: Write, E: Write> Reporter for Console<O, E> {
    fn report(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Noticed(annotation) => {
                let drawn = annotation.draw(self.paint_faults.color);
                self.screen.print_aside(&format!("{drawn}\n"))
            }
            Event::Started { cases, files, jobs, seed, rounds } => {
                (self.summary.seed, self.summary.rounds) = (*seed, *rounds);
                self.screen.begin_progress(*cases * *rounds as usize);
                if self.detail == Detail::Quiet || *cases == 0 {
                    return Ok(());
                }
                let (case, file) = (plural(*cases, "case"), plural(*files, "file"));
                let rounds = summary::rounds(*rounds);
                let line = format!("{cases} {case} in {files} {file}, {jobs} at a time{rounds}\n");
                self.line(&line)
            }
            Event::Progressed { done, bad, next } => {
                let next = next.map(|case| format!("{}  {}", address(case), one_line(&case.name)));
                self.screen.progress(*done, *bad, next.as_deref())
            }
            Event::ServerPrinted(output) => {
                self.leave_file()?;
                self.block(&printed(output, self.paint))
            }
            Event::CaseEnded(case, end) => self.case_ended(case, end),
            Event::Ended { elapsed, stopped } => self.ended(*elapsed, *stopped),
        }
    }
}

fn address(case: &Case) -> String {
    one_line(&case.address())
}
