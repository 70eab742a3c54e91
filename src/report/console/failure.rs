//! All that is to be said of a case that did not pass.

use super::address;
use super::runs::{earlier, last_run, rounds};
use super::words::{BOLD, DIM, Paint, RED, shown_time};
use crate::event::{CaseEnd, Exchange, Failure, ServerOutput, Verdict};
use crate::plan::Case;
use crate::text::one_line;

/// The case, what did not hold at its lines of the spec, the exchange, and how to repeat it.
pub fn failure(
    case: &Case,
    end: &CaseEnd,
    failure: &Failure,
    paint: Paint,
    all_runs: bool,
) -> String {
    let title = paint.with(BOLD, &format!("{}  {}", address(case), one_line(&case.name)));
    let word = paint.with(RED, verdict_word(&end.verdict));
    let run = last_run(case, end).map(|run| format!(", {run}")).unwrap_or_default();
    let mut text = match failure.noticed {
        // Nothing was sent that could take time.
        true => format!("{word}  {title}\n"),
        false => format!("{word}  {title}  {}{run}\n", shown_time(end.elapsed)),
    };
    text.push_str(&reasons(failure, paint));
    text.push_str(&exchange(end.exchange.as_deref(), paint));
    text.push_str(&earlier(end, paint, all_runs));
    text.push_str(&rounds(end, paint));
    if !failure.repeat.is_empty() {
        text.push_str(&section("repeat", &failure.repeat.join("\n"), paint));
    }
    text
}

/// The verdict as the lists of the console begin with it.
pub fn verdict_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "PASSED ",
        Verdict::Failed(_) => "FAILED ",
        Verdict::Errored(_) => "ERRORED",
        Verdict::Skipped(_) => "SKIPPED",
    }
}

/// Each reason at its line. What was drawn before the run is not drawn again.
pub fn reasons(failure: &Failure, paint: Paint) -> String {
    let annotations = &failure.annotations;
    if annotations.is_empty() {
        return format!("{}\n", one_line(&failure.message));
    }
    let drawn = annotations.iter().map(|annotation| match failure.noticed {
        true => format!("{}  {}\n", annotation.address(), annotation.title),
        false => annotation.draw(paint.color) + "\n",
    });
    drawn.collect()
}

/// What was sent and what came back; of several steps numbered.
pub fn exchange(exchange: Option<&Exchange>, paint: Paint) -> String {
    let Some(last) = exchange else { return String::new() };
    if last.before.is_empty() {
        return one_exchange(last, "", paint);
    }
    let all = last.before.iter().chain([last]).enumerate();
    all.map(|(at, exchange)| one_exchange(exchange, &format!(" {}", at + 1), paint)).collect()
}

fn one_exchange(exchange: &Exchange, number: &str, paint: Paint) -> String {
    let sent = if exchange.sent { "" } else { " (not sent)" };
    let mut request = section(&format!("request{number}{sent}"), &exchange.request, paint);
    if !exchange.hops.is_empty() {
        request.push_str(&section("redirects followed", &exchange.hops.join("\n"), paint));
    }
    match &exchange.response {
        Some(response) => request + &section(&format!("response{number}"), response, paint),
        None => request,
    }
}

/// What the server printed.
pub fn printed(output: &ServerOutput, paint: Paint) -> String {
    let title = match (output.lines.is_empty(), output.is_cut) {
        (true, _) => "The server printed nothing",
        (false, true) => "The server printed last",
        (false, false) => "The server printed",
    };
    let lines = output.lines.iter().map(|line| format!("    {}", one_line(line)));
    let lines: Vec<String> = lines.map(|line| format!("{}\n", line.trim_end())).collect();
    format!("{}\n{}", paint.with(BOLD, title), lines.concat())
}

/// A title and the lines under it.
pub fn section(title: &str, text: &str, paint: Paint) -> String {
    let mut section = format!("  {}\n", paint.with(DIM, title));
    for line in text.trim_end().lines() {
        section.push_str(format!("    {}", one_line(line)).trim_end());
        section.push('\n');
    }
    section
}
