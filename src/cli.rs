//! What the user typed.

mod habits;
mod parse;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::http::host_override::HostOverride;

/// Runs declarative API tests, and shows that endpoints enforce bearer authentication.
///
/// A spec is a YAML file of tests: each sends a request and says what must come back. PATHS are
/// specs and folders of them. Without PATHS, apitest runs what the project file apitest.yaml
/// lists under `specs`, else the folder `specs`.
///
/// A green run means what it says: what was not understood, not found, not sent or not answered
/// is never green.
#[derive(Debug, Parser)]
#[command(
    name = "apitest",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_help = "`apitest --help` tells more: exit codes, environment, examples.",
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
    /// Read specs and find what is wrong with them, without sending a request
    ///
    /// All faults of all files are told, as before a run, and files that would be sent are looked
    /// for. What comes from the environment may be missing, unless --env-set is given.
    Check(CheckArgs),

    /// List what would be run, without sending a request
    ///
    /// A line for each case, in the order of the reports: where it stands, its name, its tags.
    List(ListArgs),

    /// Write a project file and a first spec, to begin with
    ///
    /// They are green as they are: apitest starts its demo API for them. No file is overwritten.
    Init(InitArgs),

    /// Serve the demo API that the examples use, until it is interrupted
    ///
    /// The API listens on 127.0.0.1 only. It has orders behind bearer tokens with scopes, a login,
    /// an OAuth 2.0 token endpoint, and routes that are slow or flaky.
    Demo(DemoArgs),

    /// List the probes that `enforce: bearer` sends, and what each must be answered with
    Probes(ProbesArgs),

    /// Print a script that completes the command line in a shell
    ///
    /// For bash: `apitest completions bash > ~/.local/share/bash-completion/completions/apitest`.
    Completions(CompletionsArgs),

    /// Print the manual page, or that of a command
    ///
    /// `apitest man | man -l -` shows it.
    Man(ManArgs),
}

/// `apitest init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to; the folder is made if it is not there
    #[arg(default_value = ".", value_name = "FOLDER")]
    pub folder: PathBuf,
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

    /// Options of the language that this version does not have yet.
    #[command(flatten)]
    pub later: LaterArgs,
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

    /// Set a variable [repeatable]
    ///
    /// It wins over every `vars:` of that name. The value is a text and never a template: `${…}`
    /// in it stays as it is.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse::Variable, help_heading = "Running")]
    pub var: Vec<(String, String)>,

    /// Treat warnings as errors
    ///
    /// Warnings are about what is most likely a slip, such as a variable that nothing uses.
    #[arg(long, help_heading = "Running")]
    pub strict: bool,
}

/// Options that a later version has; each is refused by its name.
#[derive(Debug, Args)]
pub struct LaterArgs {
    #[arg(long, hide = true, num_args = 0..=1)]
    env: Option<Option<String>>,
    #[arg(long, hide = true, num_args = 0..=1)]
    vars_file: Option<Option<String>>,
    #[arg(long, hide = true, num_args = 0..=1)]
    seed: Option<Option<String>>,
    #[arg(long, hide = true)]
    env_set: bool,
}

/// The formats of `--report`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JUnit XML.
    Junit,
    /// A JSON object a line, an event each.
    Json,
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

const AFTER_HELP: &str = "\
Exit codes:
  0    at least one case passed, and each other one was skipped by its own `skip`, a waiver,
       or because it does not apply
  1    at least one case failed, errored or was not run
  2    the command line, the project file or a spec is invalid
  3    apitest could not do its own part: a report not written, the server not started
  4    nothing was judged: nothing found, nothing selected, or all skipped
  130  interrupted; reports are written, what did not run is in them as skipped
  Where several apply: 130, then 3, 2, 1, 4.

Files:
  apitest.yaml  the project file, in the working directory or the nearest folder above it:
                settings for all specs, which specs there are, where reports go

Environment:
  NO_COLOR  no colours where --color is auto
  Specs read other variables by their full name, as ${env.NAME} or ${env.NAME:-default}.

Examples:
  apitest                                 run all specs of the project
  apitest specs/orders.yaml:12            run the test at line 12
  apitest specs/ --tag smoke --jobs 32    run what is tagged smoke, 32 at a time
  apitest specs/ --tag '!slow'            leave out what is tagged slow
  apitest specs/ --junit report.xml       write a JUnit report
  apitest demo                            serve the demo API at http://127.0.0.1:8787";

impl Cli {
    /// Reads the arguments of the process. Ends it when they are wrong, and for `--help` and
    /// `--version`.
    pub fn from_arguments() -> Cli {
        let cli = Cli::try_parse().unwrap_or_else(|mut error| {
            habits::advise(&mut error);
            error.exit()
        });
        if let Err((command, reason)) = cli.check() {
            let mut whole = Cli::command();
            let command = command.and_then(|name| {
                let own = whole.find_subcommand_mut(name)?.clone();
                Some(own.bin_name(format!("apitest {name}")))
            });
            command.unwrap_or(whole).error(clap::error::ErrorKind::ValueValidation, reason).exit();
        }
        cli
    }

    /// What no single argument shows: which command is wrong, and why.
    fn check(&self) -> Result<(), (Option<&'static str>, String)> {
        match &self.command {
            None => self.run.check().map_err(|reason| (None, reason)),
            Some(Command::Check(check)) => check.specs.check().map_err(|why| (Some("check"), why)),
            Some(Command::List(list)) => list.specs.check().map_err(|why| (Some("list"), why)),
            Some(_) => Ok(()),
        }
    }
}

impl RunArgs {
    /// What no single argument shows.
    fn check(&self) -> Result<(), String> {
        self.specs.check()?;
        match self.later.first() {
            Some(option) => Err(format!("{option} is not supported yet")),
            None => Ok(()),
        }
    }
}

impl SpecArgs {
    /// What no single argument shows.
    fn check(&self) -> Result<(), String> {
        let mut names: Vec<&str> = self.var.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twice) => Err(format!("--var gives `{}` twice: which one counts?", twice[0])),
            None => Ok(()),
        }
    }
}

impl LaterArgs {
    /// The first of them that was given.
    fn first(&self) -> Option<&'static str> {
        let given = [
            (self.env.is_some(), "--env"),
            (self.vars_file.is_some(), "--vars-file"),
            (self.seed.is_some(), "--seed"),
            (self.env_set, "--env-set"),
        ];
        given.into_iter().find_map(|(given, option)| given.then_some(option))
    }
}
