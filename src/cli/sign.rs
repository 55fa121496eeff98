//! Signatures of closings, made by the program that holds people's keys.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::exit::Failure;
use crate::ledger::signature::NAMESPACE;

/// Signs a file with a key of SSH, which may be in a file or with an agent. Whoever has set a passphrase is asked for it by
/// `ssh-keygen` itself.
pub fn sign(key: &Path, file: &Path) -> Result<Vec<u8>, Failure> {
    let reading = File::open(file).map_err(|error| Failure::new(format_args!("the closing is gone: {error}")))?;
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key);
    let run = command.stdin(Stdio::from(reading)).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::with_help(
            "there is no program `ssh-keygen`, which signs",
            "install OpenSSH, or close without `--sign`, and sign the file elsewhere",
        ),
        _ => Failure::new(format_args!("`ssh-keygen` cannot be run: {error}")),
    })?;
    let said = String::from_utf8_lossy(&run.stderr);
    let said = said.lines().rfind(|line| !line.trim().is_empty() && !line.starts_with("Signing")).unwrap_or_default();
    match run.status.success() && run.stdout.starts_with(b"-----BEGIN SSH SIGNATURE-----") {
        true => Ok(run.stdout),
        false => Err(Failure::with_help(
            format_args!("the closing is not signed with `{}`: {}", key.display(), said.trim()),
            "name a key of SSH that you hold: `--sign ~/.ssh/id_ed25519`; nothing was closed",
        )),
    }
}
