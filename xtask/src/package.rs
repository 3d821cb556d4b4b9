//! `cargo xtask package`: the crates as they are published, with the generated source and without the generator.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{self, Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

use clap::Args;
use serde_json::{Value, json};
use toml::{Table, Value as Toml};

use crate::report::Report;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The crates that are published, in the order of publishing.
const CRATES: [&str; 7] = [
    "dintero-core",
    "dintero-shopping",
    "dintero-checkout",
    "dintero-wallets",
    "dintero",
    "dintero-sandbox",
    "dintero-cli",
];

/// Stage the crates as they are published: with the source that their build scripts generate, and without build scripts.
///
/// The staged workspace can be published with `cargo publish --workspace`. An application made of its packages alone is
/// built and run: the quickstart, against the sandbox.
///
/// Examples:
///   cargo xtask package              into target/staged
///   cargo xtask package --no-run     stages and packages only
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Package {
    /// Where to stage; replaced if it exists.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Do not build and run an application from the packages.
    #[arg(long)]
    no_run: bool,
}

impl Package {
    pub fn run(&self, root: &Path) -> Result<Report> {
        let default = || root.join("target/staged");
        let out = self.out.clone().unwrap_or_else(default);
        if out.exists() {
            fs::remove_dir_all(&out)?;
        }
        let generated = generated(root)?;
        for name in CRATES {
            let from = root.join("crates").join(name);
            stage(&from, &out.join("crates").join(name), generated.get(name))
                .map_err(|error| format!("{name} cannot be staged: {error}"))?;
        }
        let members = CRATES.map(|name| format!("crates/{name}"));
        edit(&root.join("Cargo.toml"), &out.join("Cargo.toml"), |all| {
            let workspace = table(all, "workspace")?;
            workspace.insert("members".to_owned(), Toml::try_from(&members)?);
            workspace.remove("exclude");
            Ok(())
        })?;
        fs::copy(root.join("Cargo.lock"), out.join("Cargo.lock"))?;
        let arguments = ["package", "--workspace", "--no-verify", "--offline"];
        cargo(&out, &arguments, root)?;
        let mut text = format!("staged {} crates in {}\n", CRATES.len(), out.display());
        if !self.no_run {
            run_application(root, &out)?;
            text += "an application of the packages alone built and ran\n";
        }
        let json = json!({"staged": out, "crates": CRATES, "run": !self.no_run});
        let found = false;
        Ok(Report { text, json, found })
    }
}

/// Builds what the crates of a checkout are made of, and returns the output folders of their build scripts.
fn generated(root: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut arguments = vec!["check", "--message-format", "json"];
    arguments.extend(CRATES.iter().flat_map(|name| ["--package", *name]));
    let messages = cargo(root, &arguments, root)?;
    let folders = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let executed = message["reason"] == "build-script-executed";
        let package = message["package_id"].as_str().filter(|_| executed)?;
        let mut names = CRATES.into_iter();
        let name = names.find(|name| package.contains(&format!("/{name}#")))?;
        Some((name.to_owned(), message["out_dir"].as_str()?.into()))
    });
    Ok(folders.collect())
}

/// Copies a crate. What its build script wrote becomes a file of `src`.
fn stage(from: &Path, to: &Path, generated: Option<&PathBuf>) -> Result<()> {
    copy(&from.join("src"), &to.join("src"))?;
    for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        let shared = || from.join("../..").join(file);
        let own = Some(from.join(file)).filter(|own| own.exists());
        fs::copy(own.unwrap_or_else(shared), to.join(file))?;
    }
    let [manifest, staged] = [from, to].map(|folder| folder.join("Cargo.toml"));
    edit(&manifest, &staged, |manifest| {
        for key in "build-dependencies dev-dependencies example test bench".split(' ') {
            manifest.remove(key);
        }
        let package = table(manifest, "package")?;
        package.remove("build");
        package.remove("include");
        package.insert("readme".to_owned(), "README.md".into());
        Ok(())
    })?;
    let Some(generated) = generated else {
        return Ok(());
    };
    copy(generated, &to.join("src"))?;
    for entry in fs::read_dir(to.join("src"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            fs::write(&path, without_build_script(&text))?;
        }
    }
    Ok(())
}

/// Replaces the output folder of a build script by the folder of the source.
fn without_build_script(source: &str) -> String {
    let mut parts = source.split("env!(");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| match part.split_once(')') {
        Some((name, rest)) if name.trim_start().starts_with("\"OUT_DIR\"") => text + "\".\"" + rest,
        _ => text + "env!(" + part,
    })
}

/// Builds and runs the quickstart from the packages that cargo made.
fn run_application(root: &Path, out: &Path) -> Result<()> {
    let folder = out.join("application");
    let examples = root.join("crates/dintero/examples");
    copy(&examples.join("common"), &folder.join("src/common"))?;
    fs::copy(examples.join("quickstart.rs"), folder.join("src/main.rs"))?;
    let packages = target(root)?.join("package");
    let mut manifest: Table = toml::from_str(&format!(
        "workspace = {{}}\npackage = {{name = \"application\", edition = \"2024\"}}\n\
         [dependencies]\ndintero = \"{version}\"\ndintero-sandbox = \"{version}\"\n\
         tokio = {{version = \"1\", features = [\"macros\", \"rt-multi-thread\"]}}\n\
         serde = \"1\"\n\
         uuid = {{version = \"1\", features = [\"v4\"]}}\n",
        version = env!("CARGO_PKG_VERSION")
    ))?;
    let mut patched = Table::new();
    for name in CRATES {
        let package = format!("{name}-{}", env!("CARGO_PKG_VERSION"));
        unpack(&packages.join(format!("{package}.crate")), &folder)?;
        let path = BTreeMap::from([("path", package)]);
        patched.insert(name.to_owned(), Toml::try_from(path)?);
    }
    let patch = Table::from_iter([("crates-io".to_owned(), Toml::Table(patched))]);
    manifest.insert("patch".to_owned(), Toml::Table(patch));
    fs::write(folder.join("Cargo.toml"), toml::to_string(&manifest)?)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    cargo(&folder, &["run", "--quiet", "--offline"], root)?;
    Ok(())
}

/// Unpacks what `cargo package` made into a folder.
fn unpack(package: &Path, folder: &Path) -> Result<()> {
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(package).arg("-C").arg(folder);
    match tar.status()?.success() {
        true => Ok(()),
        false => Err(format!("{} cannot be unpacked", package.display()).into()),
    }
}

/// Returns the folder that cargo builds in.
fn target(root: &Path) -> Result<PathBuf> {
    let named = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    Ok(path::absolute(
        named.unwrap_or_else(|| root.join("target")),
    )?)
}

/// Runs cargo in a folder and returns what it printed. All runs share one target folder.
pub fn cargo(folder: &Path, arguments: &[&str], root: &Path) -> Result<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(folder);
    command.stderr(Stdio::inherit());
    command.env("CARGO_TARGET_DIR", target(root)?);
    let output = command.output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => {
            let (arguments, folder) = (arguments.join(" "), folder.display());
            Err(format!("`cargo {arguments}` failed in {folder}").into())
        }
    }
}

/// Writes a changed copy of a manifest.
fn edit(from: &Path, to: &Path, change: impl FnOnce(&mut Table) -> Result<()>) -> Result<()> {
    let mut manifest = toml::from_str(&fs::read_to_string(from)?)?;
    change(&mut manifest)?;
    Ok(fs::write(to, toml::to_string(&manifest)?)?)
}

fn table<'a>(manifest: &'a mut Table, key: &str) -> Result<&'a mut Table> {
    let found = manifest.get_mut(key).and_then(Toml::as_table_mut);
    Ok(found.ok_or_else(|| format!("the manifest has no [{key}]"))?)
}

/// Copies a folder.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &to)?,
            false => fs::copy(entry.path(), &to).map(drop)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
