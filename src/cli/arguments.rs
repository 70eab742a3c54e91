//! The arguments of the commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::parse;
use crate::http::host_override::HostOverride;

/// `apitest check [PATHS]`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Which tests.
    #[command(flatten)]
    pub specs: SpecArgs,

    /// Demand every variable of the environment that the tests need
    #[arg(long)]
    pub env_set: bool,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorWhen,
}

/// `apitest list [PATHS]`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which tests.
    #[command(flatten)]
    pub specs: SpecArgs,

    /// List the tags instead, each with the number of its tests
    #[arg(long, conflicts_with_all = ["verbose", "json"])]
    pub tags: bool,

    /// Say too what is sent, and where each setting stands that is not written on the test
    #[arg(short, long, conflicts_with = "json")]
    pub verbose: bool,

    /// Print one JSON object a line, with all that is known of the case
    #[arg(long)]
    pub json: bool,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorWhen,
}

/// `apitest show PATH:LINE`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Which tests.
    #[command(flatten)]
    pub specs: SpecArgs,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorWhen,
}

/// `apitest init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to; the folder is made if it is not there
    #[arg(default_value = ".", value_name = "FOLDER")]
    pub folder: PathBuf,
}

/// `apitest schema`
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of which files
    #[arg(value_name = "OF", default_value = "spec")]
    pub of: SchemaOf,
}

/// `apitest completions`
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// `apitest man`
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command, such as check
    #[arg(value_name = "COMMAND")]
    pub of: Option<String>,
}

/// `apitest probes`
#[derive(Debug, Args)]
pub struct ProbesArgs {
    /// Say all about one probe or check: what is sent, why, what is right, who is known to err
    #[arg(long, value_name = "ID")]
    pub explain: Option<String>,
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
    /// Which tests.
    #[command(flatten)]
    pub specs: SpecArgs,

    /// Connect to ADDRESS for HOST and PORT [repeatable]
    ///
    /// All else stays as it is: the URL, the Host header, and the name that the certificate must
    /// have. A request that goes through a proxy does not need it, for the proxy looks names up.
    #[arg(
        long,
        value_name = "HOST:PORT:ADDRESS",
        value_parser = HostOverride::parse,
        help_heading = "Running"
    )]
    pub resolve: Vec<HostOverride>,

    /// Run this many cases at a time
    ///
    /// A case mostly waits for its answer, so there are more of them than cores: by default 4 a
    /// core, at least 8 and at most 64. No more than this many connections are open to a server,
    /// and as many again for probes.
    #[arg(short, long, value_name = "N", value_parser = parse::jobs, help_heading = "Running")]
    pub jobs: Option<usize>,

    /// Send at most this many requests a second, such as 5 or 0.5
    ///
    /// All requests count: tests, probes, redirects and requests for tokens, over all jobs. They
    /// leave evenly spaced, for APIs that lock out whoever asks too often. The wait for a turn
    /// counts neither as the time of a test nor for its time-out.
    #[arg(
        long,
        value_name = "N",
        value_parser = parse::rate,
        allow_negative_numbers = true,
        help_heading = "Running"
    )]
    pub rate: Option<Duration>,

    /// Start nothing new once a case failed or errored
    #[arg(long, help_heading = "Running")]
    pub fail_fast: bool,

    /// End the whole run after this time, such as 10m
    ///
    /// What was not run by then is in the reports as skipped, and the run is not green.
    #[arg(long, value_name = "TIME", value_parser = parse::time, help_heading = "Running")]
    pub deadline: Option<Duration>,

    /// The largest response body, such as 512KiB
    ///
    /// A case whose response is larger, as sent or once it is inflated, ends as errored.
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "32MiB",
        value_parser = parse::size,
        help_heading = "Running"
    )]
    pub max_body: u64,

    /// Fail unless every endpoint that a bearer token is sent to is proven up to this level
    ///
    /// L1: it refuses requests without a token. L2: and made-up tokens. L3: and damaged and forged
    /// ones. L4: and expired ones and those for something else, which the set `claims` asks for.
    /// What `enforce` does not probe is not proven.
    #[arg(long, value_name = "LEVEL", help_heading = "Running")]
    pub require_level: Option<LevelName>,

    /// Write a report: junit=PATH or json=PATH [repeatable]
    ///
    /// It wins over `reports` of the project file. The file appears whole when the run is over,
    /// also when that was interrupted.
    #[arg(
        long,
        value_name = "FORMAT=PATH",
        value_parser = parse::report,
        help_heading = "Reports"
    )]
    pub report: Vec<(Format, PathBuf)>,

    /// Short for --report junit=PATH [repeatable]
    #[arg(long, value_name = "PATH", help_heading = "Reports")]
    pub junit: Vec<PathBuf>,

    /// Under GitHub Actions, mask every secret in the logs of the whole job
    ///
    /// Prints them as `::add-mask::` commands, which the runner takes out of the log. Elsewhere
    /// nobody would: it is refused where GITHUB_ACTIONS is not `true`.
    #[arg(long, help_heading = "Output")]
    pub github_masks: bool,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorWhen,

    /// Print only what did not pass, and the totals
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,

    /// Print every case with what was sent and what came back
    ///
    /// Tokens, passwords and other secrets stand there as `***`.
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,

    /// Repeat the generated values of an earlier run
    ///
    /// The same N gives the same UUIDs and random numbers, with any number of jobs, for a single
    /// test too. Times are always those of the run. Without it each run has a seed of its own,
    /// which is told when something did not pass, and stands in the reports.
    #[arg(long, value_name = "N", value_parser = parse::seed, help_heading = "Running")]
    pub seed: Option<u64>,

    /// Run everything N times, one round after the other
    ///
    /// A case that passes in some rounds and not in others has failed, and is called unstable. It
    /// stands once in every report, with what became of it in each round. Tokens are kept between
    /// rounds; generated values are others in each.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        hide_default_value = true,
        value_parser = parse::repeat,
        help_heading = "Running"
    )]
    pub repeat: u32,
}

/// Which tests a command is about, and what their specs are read with.
#[derive(Debug, Args)]
pub struct SpecArgs {
    /// Spec files, folders of them, or FILE:LINE for the test at a line
    ///
    /// A folder is searched for *.yaml and *.yml, sorted by name; what begins with a dot is left
    /// out. FILE:LINE and FILE:LINE:COLUMN, as reports write them, take any line of the test.
    #[arg(value_name = "PATHS")]
    pub paths: Vec<String>,

    /// Only tests with this tag; `!TAG` leaves out those that have it [repeatable]
    ///
    /// A test has its own tags, those of its spec and those of the project file. Of several TAGs
    /// a test needs one; it must have none of those with a `!`.
    #[arg(long, value_name = "TAG", value_parser = parse::tag, help_heading = "Selection")]
    pub tag: Vec<String>,

    /// Only tests with this text in their name [repeatable]
    ///
    /// Capitals count. Of several TEXTs a test needs one.
    #[arg(long, value_name = "TEXT", value_parser = parse::filter, help_heading = "Selection")]
    pub filter: Vec<String>,

    /// Choose an environment of the project file
    ///
    /// What `environments: {NAME: …}` of apitest.yaml says holds then for all specs, before what
    /// stands at the top of the project file.
    #[arg(long, value_name = "NAME", help_heading = "Running")]
    pub env: Option<String>,

    /// Set a variable [repeatable]
    ///
    /// It wins over every `vars:` of that name. The value is a text and never a template: `${…}`
    /// in it stays as it is.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse::Variable, help_heading = "Running")]
    pub var: Vec<(String, String)>,

    /// Set the variables of a file, YAML or JSON [repeatable]
    ///
    /// They win over every `vars:` of their names, and --var wins over them. A value is never a
    /// template. Of several files the last one counts.
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    pub vars_file: Vec<PathBuf>,

    /// Read variables of the environment from a file of NAME=VALUE lines [repeatable]
    ///
    /// One that the environment has keeps its value. Specs read them as `${env.NAME}`.
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    pub env_file: Vec<PathBuf>,

    /// Treat warnings as errors
    ///
    /// Warnings are about what is most likely a slip, such as a variable that nothing uses, and about
    /// requests that were let through before they were refused.
    #[arg(long, help_heading = "Running")]
    pub strict: bool,
}

/// The formats of `--report`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JUnit XML.
    Junit,
    /// A JSON object a line, an event each.
    Json,
}

/// Whose JSON Schema is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// Specs, and the fragments that they use
    Spec,
    /// The project file, apitest.yaml
    Project,
}

/// The levels of `--require-level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
#[allow(missing_docs)]
pub enum LevelName {
    L1,
    L2,
    L3,
    L4,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl RunArgs {
    /// What no single argument shows.
    pub(super) fn check(&self) -> Result<(), String> {
        self.specs.check()
    }
}

impl SpecArgs {
    /// What no single argument shows.
    pub(super) fn check(&self) -> Result<(), String> {
        let mut names: Vec<&str> = self.var.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twice) => Err(format!("--var gives `{}` twice: which one counts?", twice[0])),
            None => Ok(()),
        }
    }
}
