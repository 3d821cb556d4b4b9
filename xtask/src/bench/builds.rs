//! What it costs to build an application on the clients, beside one on plain reqwest.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Figure;
use super::measure::{Usage, run};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const PLAIN: &str = r#"
reqwest = { version = "0.13", default-features = false, features = ["gzip", "http2", "json", "rustls"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
chrono = { version = "0.4", features = ["serde"] }
uuid = { version = "1", features = ["serde", "v4"] }
regress = "0.12"
"#;

const RING: &str =
    r#"rustls = { version = "0.23", default-features = false, features = ["ring"] }"#;

const PLAIN_PROGRAM: &str = r#"
#[tokio::main]
async fn main() -> Result<(), reqwest::Error> {
    let id = uuid::Uuid::new_v4();
    let _ = regress::Regex::new("^T[0-9]{8}$").map(|limit| limit.find("T12345678").is_some());
    let call = reqwest::Client::new().post("https://api.dintero.com/v1/transactions").bearer_auth(id);
    let response: serde_json::Value = call.send().await?.json().await?;
    println!("{response} {}", chrono::Utc::now());
    Ok(())
}
"#;

const PROGRAM: &str = r#"
#[tokio::main]
async fn main() -> Result<(), dintero::Error> {
    let dintero = dintero::Dintero::from_env()?;
    let card = dintero.wallets().get_card("card").send().await?;
    println!("{:?}", card.into_inner());
    Ok(())
}
"#;

/// The choices of TLS beside the default.
const TLS: [&str; 3] = ["rustls", "rustls-no-provider", "native-tls"];

/// Where the applications and their target folders are.
pub struct Builds {
    /// A copy of the checkout, whose documents may be changed.
    checkout: PathBuf,
    staged: PathBuf,
    folder: PathBuf,
}

impl Builds {
    pub fn new(root: &Path, folder: &Path) -> Result<Self> {
        let checkout = folder.join("checkout");
        let mut git = Command::new("git");
        let listed = git.args(["ls-files", "-z"]).current_dir(root).output()?;
        for name in String::from_utf8(listed.stdout)?.split_terminator('\0') {
            let to = checkout.join(name);
            fs::create_dir_all(to.parent().unwrap_or(&checkout))?;
            fs::copy(root.join(name), to)?;
        }
        let staged = folder.join("staged");
        let mut package = Command::new(std::env::current_exe()?);
        package.args(["package", "--no-run", "--out"]).arg(&staged);
        if !package.arg("--root").arg(root).status()?.success() {
            return Err("the packages cannot be staged".into());
        }
        Ok(Self {
            checkout,
            staged,
            folder: folder.to_owned(),
        })
    }

    /// Writes an application and returns its folder and its target folder.
    fn application(&self, name: &str, dependencies: &str, program: &str) -> Result<[PathBuf; 2]> {
        let folder = self.folder.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"application\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n{dependencies}\n\
             [profile.release]\nstrip = true\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/main.rs"), program)?;
        // The versions of the workspace, so that all build the same.
        fs::copy(self.checkout.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let target = folder.join("target");
        Ok([folder, target])
    }

    fn ours(&self, name: &str, from: &Path, features: &str) -> Result<[PathBuf; 2]> {
        let path = from.join("crates/dintero");
        let path = path.display();
        let line = match features {
            "" => format!("dintero = {{ path = \"{path}\" }}"),
            features => format!(
                "dintero = {{ path = \"{path}\", default-features = false, features = [{features}] }}"
            ),
        };
        self.application(name, &line, PROGRAM)
    }

    /// Measures cold builds, a rebuild, memory and size.
    pub fn figures(&self) -> Result<Vec<Figure>> {
        let build = |[folder, target]: &[PathBuf; 2]| run(folder, target, &["cargo", "build"]);
        let plain = self.application("plain", PLAIN, PLAIN_PROGRAM)?;
        let base = build(&plain)?;
        let all = self.ours("all", &self.checkout, "")?;
        let wallets = "\"wallets\", \"rustls-ring\", \"tracing\"";
        let checked = self.ours("checked", &self.checkout, "")?;
        let peak = run(&checked[0], &checked[1], &["cargo", "check"])?.peak;
        let cold = "cold build, CPU time";
        let mut figures = Vec::new();
        let ring = PLAIN.replace("\"rustls\"", "\"rustls-no-provider\"") + RING;
        let ring = build(&self.application("plain-ring", &ring, PLAIN_PROGRAM)?)?;
        let what = format!("{cold}: on plain reqwest with TLS by ring");
        figures.push(ratio(&what, &ring, &base));
        for (what, application) in [
            ("a checkout, all APIs", all.clone()),
            (
                "a checkout, wallets",
                self.ours("wallets", &self.checkout, wallets)?,
            ),
            (
                "packages, all APIs",
                self.ours("packages", &self.staged, "")?,
            ),
            (
                "packages, wallets",
                self.ours("packages-wallets", &self.staged, wallets)?,
            ),
        ] {
            let usage = build(&application)?;
            figures.push(ratio(&format!("{cold}: from {what}"), &usage, &base));
        }
        for tls in TLS {
            let features = format!(
                "\"shopping\", \"checkout\", \"wallets\", \"callback\", \"tracing\", \"{tls}\""
            );
            let application = self.ours(&format!("packages-{tls}"), &self.staged, &features)?;
            // `native-tls` is built only where the system's library is installed.
            if let Ok(usage) = build(&application) {
                let what = format!("{cold}: from packages, all APIs, TLS by `{tls}`");
                figures.push(ratio(&what, &usage, &base));
            }
        }
        figures.push(self.rebuild(&all, &base)?);
        figures.push(Figure {
            what: "peak memory of the largest process of `cargo check`".to_owned(),
            baseline: "none".to_owned(),
            value: format!("{} MB", peak / 1_000_000),
            ratio: None,
        });
        figures.push(size(&plain, &all)?);
        figures.extend(self.foreign_client()?);
        Ok(figures)
    }

    /// Compares rebuilds of the Checkout client's crate with those of what openapi-generator makes, if it is installed and makes
    /// something that compiles.
    fn foreign_client(&self) -> Result<Option<Figure>> {
        let document = self.checkout.join("openapi/checkout.yaml");
        let foreign = self.folder.join("foreign");
        let mut generator = Command::new("openapi-generator-cli");
        generator.args(["generate", "-g", "rust", "-i"]);
        generator.arg(document).arg("-o").arg(&foreign);
        generator.stdout(Stdio::null());
        if !generator.status().is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        let manifest = foreign.join("Cargo.toml");
        let text = fs::read_to_string(&manifest)?;
        fs::write(manifest, text + "\n[workspace]\n")?;
        let ours = self.checkout.join("crates/dintero-checkout");
        let [base, own] = [foreign, ours].map(|client| -> Result<Usage> {
            let target = self.folder.join("rebuilt");
            run(&client, &target, &["cargo", "build"])?;
            let source = client.join("src/lib.rs");
            fs::write(&source, fs::read_to_string(&source)? + "\n")?;
            run(&client, &target, &["cargo", "build"])
        });
        // What openapi-generator makes of the document may not compile.
        let Ok(base) = base else { return Ok(None) };
        let own = own?;
        Ok(Some(Figure {
            what: "rebuild of the Checkout client's crate, CPU time".to_owned(),
            baseline: format!(
                "what openapi-generator makes of the document: {:.1} s",
                base.cpu
            ),
            value: format!("{:.1} s", own.cpu),
            ratio: Some(own.cpu / base.cpu),
        }))
    }

    /// Measures a build after the Checkout document changed.
    fn rebuild(&self, application: &[PathBuf; 2], base: &Usage) -> Result<Figure> {
        let document = self.checkout.join("openapi/checkout.yaml");
        let text = fs::read_to_string(&document)?;
        fs::write(&document, text + "# changed\n")?;
        let usage = run(&application[0], &application[1], &["cargo", "build"])?;
        let mut figure = ratio(
            "build after a change of the Checkout document, CPU time",
            &usage,
            base,
        );
        figure.baseline = format!("the cold build on plain reqwest, {:.0} s", base.cpu);
        Ok(figure)
    }
}

fn ratio(what: &str, usage: &Usage, base: &Usage) -> Figure {
    Figure {
        what: what.to_owned(),
        baseline: format!(
            "on plain reqwest (TLS by aws-lc), serde, chrono, uuid and regress: {:.0} s",
            base.cpu
        ),
        value: format!("{:.1} s", usage.cpu),
        ratio: Some(usage.cpu / base.cpu),
    }
}

/// Compares the sizes of stripped release programs.
fn size(plain: &[PathBuf; 2], ours: &[PathBuf; 2]) -> Result<Figure> {
    let built = |[folder, target]: &[PathBuf; 2]| -> Result<f64> {
        run(folder, target, &["cargo", "build", "--release"])?;
        let program = format!("release/application{}", std::env::consts::EXE_SUFFIX);
        Ok(fs::metadata(target.join(program))?.len() as f64)
    };
    let (base, own) = (built(plain)?, built(ours)?);
    Ok(Figure {
        what: "stripped release program".to_owned(),
        baseline: format!("on plain reqwest: {:.2} MB", base / 1e6),
        value: format!("{:.2} MB", own / 1e6),
        ratio: Some(own / base),
    })
}
