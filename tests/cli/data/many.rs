//! Thousands of rows: what one takes in memory.

#![cfg(target_os = "linux")]

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::sandbox;
use crate::support::server::{Server, answer, reply};

/// The most that a row may take, in bytes.
const MOST: usize = 2048;

/// The most that the program had in memory when the last of so many rows was sent, in bytes.
fn peak(rows: usize) -> usize {
    let (child, seen) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicUsize::new(0)));
    let server = Server::start({
        let (child, seen) = (child.clone(), seen.clone());
        let (last, counted) = (rows, AtomicUsize::new(0));
        move |request, stream| {
            if counted.fetch_add(1, Ordering::SeqCst) + 1 == last {
                seen.store(resident(child.load(Ordering::SeqCst)), Ordering::SeqCst);
            }
            let body = String::from_utf8_lossy(&request.body);
            reply(stream, &answer(200, &[("Content-Type", "application/json")], &body))
        }
    });
    let tests = "  - name: sends\n    data: {file: rows.csv, types: {n: integer}}\n    request: POST /x/${n}\n    \
                 json: {n: \"${n}\", note: \"${note}\"}\n    \
                 expect: {json: {$.n: \"${n}\", $.note: {ends_with: \" ${n}\"}}, headers: {content-type: application/json}}\n";
    let lines = (0..rows).map(|n| format!("{n},\"a note, {n}\"\n")).collect::<String>();
    let sandbox = sandbox(&server, tests).file("specs/rows.csv", format!("n,note\n{lines}"));
    let mut command = sandbox.command(&["--jobs", "2", "--quiet", "--junit", "junit.xml"]);
    let running = command.spawn().expect("the program starts");
    child.store(running.id(), Ordering::SeqCst);
    let output = running.wait_with_output().expect("it ends");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(stdout.contains(&format!("{rows} cases: {rows} passed")), "{stdout}");
    assert_eq!(output.status.code(), Some(0));
    let peak = seen.load(Ordering::SeqCst);
    assert!(peak > 0, "nobody looked");
    peak
}

/// `VmHWM` of a program, in bytes.
fn resident(id: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().map_or(0, |kib: usize| kib << 10)
}

#[test]
fn a_row_takes_less_than_two_kilobytes() {
    let (few, many) = (400, 3_400);
    let grown = peak(many).saturating_sub(peak(few)) / (many - few);
    assert!((1..MOST).contains(&grown), "{grown} bytes a row");
}
