//! What a server prints, as far as it is kept: the last lines of both of its outputs.

use std::collections::VecDeque;
use std::sync::LazyLock;

use regex::Regex;

use crate::event::ServerOutput;
use crate::secret::Redactor;
use crate::text::{at_most, one_line};

/// The most that is kept, in bytes.
const KEPT: usize = 64 * 1024;

/// The most that is kept of one line.
const LONGEST: usize = 8 * 1024;

/// The most lines that are shown, …
const SHOWN_LINES: usize = 40;

/// … and the most of each, in bytes.
const SHOWN: usize = 400;

/// More than a secret that is known only as a whole has in any spelling, in bytes.
const EDGE: usize = 256;

/// What stands at the end of a line that was cut.
const CUT: &str = "…";

/// The last lines of a server. Colours are taken out.
#[derive(Debug, Default)]
pub struct Log {
    lines: VecDeque<String>,
    bytes: usize,
    /// Whether there were lines before those.
    is_cut: bool,
    /// What came of a line that has not ended, of each output.
    begun: [Vec<u8>; 2],
}

impl Log {
    /// Takes what came on an output, and gives the lines that it ends.
    pub fn push(&mut self, output: usize, bytes: &[u8]) -> Vec<String> {
        let mut ended = Vec::new();
        for byte in bytes {
            let begun = &mut self.begun[output];
            match *byte {
                b'\n' => {
                    let line = plain(&std::mem::take(begun));
                    self.keep(line.clone());
                    ended.push(line);
                }
                byte if begun.len() < LONGEST => begun.push(byte),
                _ => {}
            }
        }
        ended
    }

    /// The line that has begun on an output.
    pub fn begun(&self, output: usize) -> String {
        plain(&self.begun[output])
    }

    fn keep(&mut self, line: String) {
        self.bytes += line.len() + 1;
        self.lines.push_back(line);
        while self.bytes > KEPT
            && let Some(oldest) = self.lines.pop_front()
        {
            self.bytes -= oldest.len() + 1;
            self.is_cut = true;
        }
    }

    /// The last lines, redacted as a whole: a secret may have several lines.
    pub fn shown(&self, redactor: &Redactor) -> ServerOutput {
        let begun = (0..2).map(|output| self.begun(output)).filter(|line| !line.is_empty());
        let all: Vec<String> = self.lines.iter().cloned().chain(begun).collect();
        let text = redactor.redact(&all.join("\n")).into_owned();
        let mut lines: Vec<String> = text.trim_end().split('\n').map(shortened).collect();
        if text.trim().is_empty() {
            lines.clear();
        }
        let is_cut = self.is_cut || lines.len() > SHOWN_LINES;
        lines.drain(..lines.len().saturating_sub(SHOWN_LINES));
        ServerOutput { lines, is_cut }
    }
}

/// Where a line was cut, what the cut left of a secret is known to nobody: it is not shown.
fn shortened(line: &str) -> String {
    let limit = match line.ends_with(CUT) {
        true => SHOWN.min(line.len().saturating_sub(EDGE)),
        false => SHOWN,
    };
    let shown = at_most(line, limit);
    let sign = if shown.len() < line.len() { CUT } else { "" };
    format!("{}{sign}", one_line(shown))
}

/// A line without what colours it, and without its line end of Windows.
fn plain(bytes: &[u8]) -> String {
    static COLOURS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("\x1b\\[[0-9;:?]*[A-Za-z]").expect("a regex"));
    let text = String::from_utf8_lossy(bytes);
    let sign = if bytes.len() >= LONGEST { CUT } else { "" };
    format!("{}{sign}", COLOURS.replace_all(text.trim_end_matches('\r'), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(log: &Log) -> ServerOutput {
        log.shown(&Redactor::default())
    }

    #[test]
    fn lines_of_both_outputs_stand_in_the_order_in_which_they_ended() {
        let mut log = Log::default();
        assert_eq!(shown(&log), ServerOutput { lines: vec![], is_cut: false });
        assert!(log.push(0, b"begins ").is_empty());
        assert_eq!(log.push(1, b"\x1b[31mred\x1b[0m\r\nno end"), ["red"]);
        assert_eq!(log.push(0, b"here\n"), ["begins here"]);
        assert_eq!(log.begun(1), "no end");
        assert_eq!(shown(&log).lines, ["red", "begins here", "no end"]);
    }

    #[test]
    fn it_stays_small_and_says_that_it_was_cut() {
        let mut log = Log::default();
        for number in 0..100_000 {
            log.push(0, format!("line {number}\n").as_bytes());
        }
        assert!(log.bytes <= KEPT, "{}", log.bytes);
        let shown = shown(&log);
        assert!(shown.is_cut);
        assert_eq!(shown.lines.len(), SHOWN_LINES);
        assert_eq!(shown.lines.last().map(String::as_str), Some("line 99999"));
        let mut one = Log::default();
        one.push(1, &vec![b'x'; 10 * KEPT]);
        assert_eq!(one.begun(1).len(), LONGEST + CUT.len());
    }

    #[test]
    fn no_secret_is_shown_not_even_one_of_several_lines_or_one_that_was_cut() {
        let redactor = Redactor::default();
        redactor.add("hunter2-of-the-database");
        redactor.add("-----BEGIN KEY-----\nbG9uZ2VyIHRoYW4gYSBwaWVjZQ==\n-----END KEY-----");
        let mut log = Log::default();
        log.push(0, b"password hunter2-of-the-database\n-----BEGIN KEY-----\n");
        log.push(0, b"bG9uZ2VyIHRoYW4gYSBwaWVjZQ==\n-----END KEY-----\n");
        let cut = [&vec![b'x'; LONGEST - 9][..], b"hunter2-of-the-database\n"].concat();
        log.push(0, &cut);
        let all = log.shown(&redactor).lines.join("\n");
        assert!(
            !all.contains("hunter2") && !all.contains("base") && !all.contains("bG9u"),
            "{all}"
        );
        assert!(all.contains("password ***"), "{all}");
    }
}
