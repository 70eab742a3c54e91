//! The run as a person reads it: in a terminal, in a pipe, in the log of a CI job.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};

use super::Reporter;
use super::progress::Progress;
use super::tally::Tally;
use crate::event::{CaseEnd, Event, Exchange, Failure, Skip, StopReason, Verdict};
use crate::plan::Case;

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

/// Writes results to `out`, faults and progress to `err`.
pub struct Console<O: Write, E: Write> {
    out: O,
    err: E,
    detail: Detail,
    color: bool,
    progress: Progress,
    tally: Tally,
    file: Option<FileLine>,
    bad: Vec<String>,
    slowest: Vec<(Duration, String)>,
    last_output: Instant,
}

/// What is known of the file whose cases are being told.
struct FileLine {
    path: String,
    tally: Tally,
    elapsed: Duration,
}

/// How many of the slowest cases are named.
const SLOWEST: usize = 3;

/// A case below this is not slow.
const SLOW: Duration = Duration::from_millis(100);

/// Without a progress bar, this much silence is broken by a line.
const SILENCE: Duration = Duration::from_secs(30);

const BOLD: Style = Style::new().bold();
const RED: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
const GREEN: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
const YELLOW: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
const DIM: Style = Style::new().dimmed();

impl<O: Write, E: Write> Console<O, E> {
    /// A console that has told nothing yet.
    pub fn new(out: O, err: E, detail: Detail, color: bool, progress: Progress) -> Self {
        Console {
            out,
            err,
            detail,
            color,
            progress,
            tally: Tally::default(),
            file: None,
            bad: Vec::new(),
            slowest: Vec::new(),
            last_output: Instant::now(),
        }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    fn case_ended(&mut self, case: &Case, end: &CaseEnd) -> io::Result<()> {
        self.enter_file(case)?;
        if let Some(file) = &mut self.file {
            file.elapsed += end.elapsed;
            file.tally.report(&Event::CaseEnded(case, end))?;
        }
        self.remember_slow(case, end);
        match &end.verdict {
            Verdict::Passed => self.passed(case, end),
            Verdict::Failed(failure) => self.bad("FAILED", case, failure, end.exchange.as_deref()),
            Verdict::Errored(failure) => {
                self.bad("ERRORED", case, failure, end.exchange.as_deref())
            }
            Verdict::Skipped(Skip::Spec(reason)) if self.detail != Detail::Quiet => {
                let word = self.paint(YELLOW, "SKIPPED");
                let (address, name) = (case.address(), shown_name(case));
                writeln!(self.out, "{word}  {address}  {name}: {reason}")
            }
            Verdict::Skipped(_) => Ok(()),
        }
    }

    fn passed(&mut self, case: &Case, end: &CaseEnd) -> io::Result<()> {
        if self.detail != Detail::Verbose {
            return Ok(());
        }
        let word = self.paint(GREEN, "PASSED");
        let (address, name, time) = (case.address(), shown_name(case), shown_time(end.elapsed));
        writeln!(self.out, "{word}  {address}  {name}  {time}")?;
        self.exchange(end.exchange.as_deref())
    }

    fn bad(
        &mut self,
        word: &str,
        case: &Case,
        failure: &Failure,
        exchange: Option<&Exchange>,
    ) -> io::Result<()> {
        let (address, name) = (case.address(), shown_name(case));
        self.bad.push(format!("{word:<7}  {address}  {name}: {}", one_line(&failure.message)));
        let word = self.paint(RED, word);
        writeln!(self.out, "\n{word}  {}", self.paint(BOLD, &format!("{address}  {name}")))?;
        if failure.noticed || failure.annotations.is_empty() {
            writeln!(self.out, "{}", visible(&failure.message))?;
        }
        let untold = if failure.noticed { &[] } else { failure.annotations.as_slice() };
        for annotation in untold {
            self.out.write_all(annotation.draw(self.color).as_bytes())?;
        }
        self.exchange(exchange)?;
        self.section("repeat", &failure.repeat.join("\n"))?;
        writeln!(self.out)
    }

    fn exchange(&mut self, exchange: Option<&Exchange>) -> io::Result<()> {
        let Some(exchange) = exchange else { return Ok(()) };
        self.section("request", &exchange.request)?;
        match &exchange.response {
            Some(response) => self.section("response", response),
            None => Ok(()),
        }
    }

    fn section(&mut self, title: &str, text: &str) -> io::Result<()> {
        writeln!(self.out, "  {}", self.paint(DIM, title))?;
        for line in text.trim_end().lines() {
            writeln!(self.out, "{}", format!("    {}", visible(line)).trim_end())?;
        }
        Ok(())
    }

    fn remember_slow(&mut self, case: &Case, end: &CaseEnd) {
        if end.elapsed < SLOW {
            return;
        }
        let place = self.slowest.partition_point(|(elapsed, _)| *elapsed >= end.elapsed);
        if place < SLOWEST {
            let name = format!("{}  {}", case.address(), shown_name(case));
            self.slowest.insert(place, (end.elapsed, name));
            self.slowest.truncate(SLOWEST);
        }
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
        if self.detail == Detail::Quiet {
            return Ok(());
        }
        let bad = file.tally.failed + file.tally.errored + file.tally.not_run;
        let word = match bad {
            0 => self.paint(GREEN, "ok "),
            _ => self.paint(RED, "bad"),
        };
        let (counts, time) = (counts(&file.tally), shown_time(file.elapsed));
        writeln!(self.out, "{word}  {}  {counts}  {time}", file.path)
    }

    fn ended(&mut self, elapsed: Duration, stopped: Option<StopReason>) -> io::Result<()> {
        self.leave_file()?;
        if !self.slowest.is_empty() && self.detail != Detail::Quiet {
            writeln!(self.out, "\n{}", self.paint(BOLD, "Slowest"))?;
            for (elapsed, name) in &self.slowest {
                writeln!(self.out, "  {:>8}  {name}", shown_time(*elapsed))?;
            }
        }
        if !self.bad.is_empty() {
            writeln!(self.out, "\n{}", self.paint(BOLD, "Did not pass"))?;
            for line in &self.bad {
                writeln!(self.out, "  {line}")?;
            }
        }
        if let Some(reason) = stopped {
            let count = self.tally.not_run;
            writeln!(self.out, "\n{count} {} {}", plural(count, "case"), reason.words())?;
        }
        let tally = self.tally;
        let style = match tally.exit_code() {
            crate::exit_code::ExitCode::Passed => GREEN,
            _ => RED,
        };
        let total = format!("{} {}", tally.cases(), plural(tally.cases(), "case"));
        let line = format!("{total}: {} in {}", counts(&tally), shown_time(elapsed));
        writeln!(self.out, "\n{}", self.paint(style, &line))?;
        if tally.cases() > 0 && tally.passed + tally.failed + tally.errored == 0 {
            writeln!(self.out, "Nothing was judged: every case was skipped.")?;
        }
        self.out.flush()
    }

    fn progressed(&mut self, done: usize, bad: usize) -> io::Result<()> {
        if self.progress.is_shown() {
            self.progress.update(done, bad);
        } else if self.last_output.elapsed() >= SILENCE {
            self.last_output = Instant::now();
            writeln!(self.err, "… {done} cases done, {bad} of them did not pass")?;
        }
        Ok(())
    }
}

impl<O: Write, E: Write> Reporter for Console<O, E> {
    fn report(&mut self, event: &Event) -> io::Result<()> {
        self.tally.report(event)?;
        if !matches!(event, Event::Progressed { .. }) {
            self.progress.hide();
        }
        match event {
            Event::Noticed(annotation) => {
                self.err.write_all(annotation.draw(self.color).as_bytes())?;
                writeln!(self.err)
            }
            Event::Started { cases, files, jobs } => {
                self.progress.start(*cases);
                if self.detail == Detail::Quiet {
                    return Ok(());
                }
                let (case, file) = (plural(*cases, "case"), plural(*files, "file"));
                writeln!(self.out, "{cases} {case} in {files} {file}, {jobs} at a time")
            }
            Event::Progressed { done, bad } => self.progressed(*done, *bad),
            Event::CaseEnded(case, end) => {
                if !matches!(end.verdict, Verdict::Passed) {
                    self.last_output = Instant::now();
                }
                self.case_ended(case, end)
            }
            Event::Ended { elapsed, stopped } => self.ended(*elapsed, *stopped),
        }
    }
}

fn counts(tally: &Tally) -> String {
    let mut counts = vec![format!("{} passed", tally.passed)];
    let others = [
        (tally.failed, "failed"),
        (tally.errored, "errored"),
        (tally.skipped, "skipped"),
        (tally.not_run, "not run"),
    ];
    counts.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")));
    counts.join(", ")
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

fn shown_time(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

fn shown_name(case: &Case) -> String {
    visible(&case.name)
}

fn one_line(text: &str) -> String {
    visible(text.lines().next().unwrap_or_default())
}

/// A text from elsewhere must not move the cursor or colour what follows.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            c if c.is_control()
                || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') =>
            {
                '\u{FFFD}'
            }
            c => c,
        })
        .collect()
}
