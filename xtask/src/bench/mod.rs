//! `cargo xtask bench`: all figures in one go, as ratios beside baselines of the same run.

mod builds;
mod chart;
mod measure;

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::package::cargo;
use crate::report::Report;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The programs that measure at run time; each prints lines of `ratio`.
const BENCHES: [[&str; 2]; 3] = [
    ["dintero-benches", "decode"],
    ["dintero-benches", "calls"],
    ["dintero-sandbox", "speed"],
];

/// Measure builds, sizes and speed, and write docs/performance.md and its chart.
///
/// Every figure is a ratio beside a baseline that was measured in the same run. It takes half an hour on two idle cores, asserts
/// nothing, and downloads what is missing of the baseline's crates.
///
/// Examples:
///   cargo xtask bench
///   cargo xtask bench --only runs     speed only; prints, and writes nothing
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Bench {
    /// Measure one kind only, print it, and write no file.
    #[arg(long, value_name = "KIND")]
    only: Option<Kind>,
    /// Run a command and print what it took; used by the command itself.
    #[arg(long, hide = true, num_args = 1.., allow_hyphen_values = true, value_name = "COMMAND")]
    measure: Option<Vec<OsString>>,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Kind {
    Builds,
    Runs,
}

/// One line of the table.
#[derive(Debug, PartialEq, Serialize)]
pub struct Figure {
    what: String,
    baseline: String,
    value: String,
    ratio: Option<f64>,
}

impl Bench {
    pub fn run(&self, root: &Path) -> Result<Report> {
        if let Some(command) = &self.measure {
            let usage = measure::measure(command)?;
            let text = serde_json::to_string(&usage)?;
            return Ok(Report {
                text,
                json: json!(usage),
                found: false,
            });
        }
        let mut figures = Vec::new();
        if self.only != Some(Kind::Runs) {
            let folder = tempfile::tempdir()?;
            figures.extend(builds::Builds::new(root, folder.path())?.figures()?);
            // Lost otherwise, if a later one cannot be measured.
            anstream::eprintln!("{}", table(&figures));
        }
        if self.only != Some(Kind::Builds) {
            for [package, bench] in BENCHES {
                figures.extend(runs(root, package, bench)?);
            }
        }
        let mut text = table(&figures);
        if self.only.is_none() {
            let folder = root.join("docs");
            fs::write(folder.join("performance.svg"), chart::svg(&figures)?)?;
            fs::write(folder.join("performance.md"), page(&text))?;
            text += "\nwrote docs/performance.md and docs/performance.svg\n";
        }
        Ok(Report {
            text,
            json: json!(figures),
            found: false,
        })
    }
}

/// Runs a benchmark and reads its figures.
fn runs(root: &Path, package: &str, bench: &str) -> Result<Vec<Figure>> {
    let arguments = ["bench", "--package", package, "--bench", bench];
    let text = cargo(root, &arguments, root)?;
    let figures: Vec<_> = text.lines().filter_map(figure).collect();
    match figures.is_empty() {
        true => Err(format!("the benchmark {bench} of {package} printed no `ratio: ` line").into()),
        false => Ok(figures),
    }
}

/// Reads a line `ratio: 0.67: what: baseline`.
fn figure(line: &str) -> Option<Figure> {
    let mut parts = line.strip_prefix("ratio: ")?.splitn(3, ": ");
    let ratio = parts.next()?.parse().ok()?;
    let (what, baseline) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    Some(Figure {
        what,
        baseline,
        value: String::new(),
        ratio: Some(ratio),
    })
}

fn table(figures: &[Figure]) -> String {
    let mut text =
        "| what | measured | baseline | ratio |\n| --- | ---: | --- | ---: |\n".to_owned();
    for Figure {
        what,
        baseline,
        value,
        ratio,
    } in figures
    {
        let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        text += &format!("| {what} | {value} | {baseline} | {ratio} |\n");
    }
    text
}

/// The page that users see. What a person has to add to it belongs here.
fn page(table: &str) -> String {
    format!(
        "# Performance\n\nWritten by `cargo xtask bench`: each ratio compares with a baseline of the same run, and no test asserts a time.\n\n\
         ![Ratios beside their baselines](performance.svg)\n\n{table}\n\
         Plain reqwest is as it comes, with TLS by aws-lc; these clients come with ring, which builds faster. Both have a row with the other.\n\n\
         A cold build is a debug build of an application. Decoding is of a complete transaction; \"unknown fields\" has one in each of its\n\
         objects (\"told\": to a listener for drift), and \"one misfit\" one field that does not fit its type.\n\n\
         Decoding, calls and the sandbox alternate with their baselines, so that a busy machine slows both. CPU time of a build is user\n\
         and system time of cargo and all that it starts, downloads excepted. The programs can be run alone, and then print more:\n\
         `cargo bench -p dintero-benches --bench decode`, `--bench calls`, and `cargo bench -p dintero-sandbox --bench speed`.\n"
    )
}

#[cfg(test)]
mod tests;
