//! What the user typed.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Runs declarative API tests, and knows that a green run means what it says.
///
/// PATHS are spec files and folders of them; `specs/orders.yaml:12` selects the test at that line.
/// Without PATHS, apitest runs the `specs` of the project file apitest.yaml.
#[derive(Debug, Parser)]
#[command(
    name = "apitest",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_long_help = AFTER_HELP
)]
pub struct Cli {
    /// What to do instead of running specs.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// How specs are run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What can be done besides running specs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the demo API that the examples use, on loopback, until it is interrupted
    Demo(DemoArgs),
}

/// `apitest demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The port; 0 takes any free one
    #[arg(long, default_value_t = 8787, value_name = "PORT")]
    pub port: u16,
}

/// `apitest [PATHS]`
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Spec files, folders of them, or FILE:LINE for the test at a line
    #[arg(value_name = "PATHS")]
    pub paths: Vec<String>,

    /// Run only tests with this tag; `!TAG` leaves out those that have it [repeatable]
    #[arg(long, value_name = "TAG", help_heading = "Selection")]
    pub tag: Vec<String>,

    /// Run only tests with this text in their name [repeatable]
    #[arg(long, value_name = "TEXT", help_heading = "Selection")]
    pub filter: Vec<String>,

    /// Set a variable; it wins over every `vars:` and is never itself a template [repeatable]
    #[arg(long, value_name = "NAME=VALUE", value_parser = Variable)]
    pub var: Vec<(String, String)>,

    /// Run so many cases at a time
    ///
    /// A case mostly waits for its answer, so there are more of them than cores: by default 4 a
    /// core, at least 8 and at most 64.
    #[arg(short, long, value_name = "N", value_parser = jobs, help_heading = "Running")]
    pub jobs: Option<usize>,

    /// Start nothing new once a case did not pass
    #[arg(long, help_heading = "Running")]
    pub fail_fast: bool,

    /// End the whole run after this time, such as 10m
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Running")]
    pub deadline: Option<Duration>,

    /// The largest response body, such as 512KiB or 32MiB
    #[arg(long, value_name = "SIZE", default_value = "32MiB", value_parser = size, help_heading = "Running")]
    pub max_body: u64,

    /// Treat warnings as errors
    #[arg(long, help_heading = "Running")]
    pub strict: bool,

    /// Write a report: junit=PATH [repeatable]
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report, help_heading = "Reports")]
    pub report: Vec<(Format, PathBuf)>,

    /// Short for --report junit=PATH
    #[arg(long, value_name = "PATH", help_heading = "Reports")]
    pub junit: Vec<PathBuf>,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorWhen,

    /// Print only what did not pass, and the totals
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,

    /// Print every case with what was sent and what came back
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,
}

/// The formats of `--report`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JUnit XML.
    Junit,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

const AFTER_HELP: &str = "\
Exit codes:
  0    at least one case passed, and each other one was skipped by its own `skip`
  1    at least one case failed, errored or was not run
  2    the command line or a spec is invalid
  3    apitest could not do its own part: a report not written, the server not started
  4    nothing was judged: nothing found, nothing selected, or all skipped
  130  interrupted; reports are written, what did not run is in them as skipped
  Where several apply: 130, then 3, 2, 1, 4.

Environment:
  NO_COLOR  no colours where --color is auto
  Specs read other variables by name, as ${env.NAME}.

Examples:
  apitest specs/                          run every spec below specs/
  apitest specs/orders.yaml:12            run the test at line 12
  apitest specs/ --tag smoke --jobs 32    run what is tagged smoke, 32 at a time
  apitest specs/ --junit report.xml       write a JUnit report
  apitest demo                            serve the demo API at http://127.0.0.1:8787";

/// Reads NAME=VALUE. What clap says of a value that it refuses repeats it; this does not, for the
/// value is a token more often than not.
#[derive(Clone, Copy, Debug)]
struct Variable;

impl TypedValueParser for Variable {
    type Value = (String, String);

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&clap::Arg>,
        text: &OsStr,
    ) -> Result<(String, String), clap::Error> {
        variable(text).map_err(|reason| {
            let message = format!(
                "invalid value for '--var <NAME=VALUE>': {reason}\n\n\
                 For more information, try '--help'.\n"
            );
            clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

fn variable(text: &OsStr) -> Result<(String, String), &'static str> {
    let text = text.to_str().ok_or("it is not UTF-8")?;
    let (name, value) = text.split_once('=').ok_or("it has no `=`")?;
    if !crate::template::is_name(name) || matches!(name, "env" | "server") {
        return Err("what stands before its `=` cannot name a variable");
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=1024) => Ok(jobs),
        _ => Err("a number from 1 to 1024".into()),
    }
}

fn time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time > Duration::ZERO => Ok(time),
        _ => Err("a time has a number and a unit, such as 30s or 10m".into()),
    }
}

fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err("a size is a number with B, KiB, MiB or GiB".into()),
    };
    let number: u64 = digits.trim().parse().map_err(|_| "a size begins with a number")?;
    number.checked_mul(factor).filter(|size| *size > 0).ok_or_else(|| "out of range".into())
}

fn report(text: &str) -> Result<(Format, PathBuf), String> {
    match text.split_once('=') {
        Some(("junit", path)) if !path.is_empty() => Ok((Format::Junit, path.into())),
        Some((format @ ("json" | "html" | "github"), _)) => {
            Err(format!("the format `{format}` is not supported yet; there is junit=PATH"))
        }
        _ => Err("write junit=PATH".into()),
    }
}
