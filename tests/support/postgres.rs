//! A PostgreSQL server of a test's own, in a temporary folder, reached through a socket in it.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};

use crate::harness::not_here;

pub struct Server {
    folder: tempfile::TempDir,
    running: Child,
    port: u16,
}

/// Where the server's programs are.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = glob::glob("/usr/lib/postgresql/*/bin")
        .unwrap()
        .flatten()
        .filter(|path| path.join("initdb").exists())
        .collect();
    found.extend(
        std::env::var_os("PATH").iter().flat_map(std::env::split_paths).filter(|path| path.join("initdb").exists()),
    );
    found.into_iter().next()
}

/// Whom the server runs as: it refuses to be root.
fn user() -> Option<(u32, u32)> {
    let id = |what: &str, name: &[&str]| {
        let output = Command::new("id").arg(what).args(name).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
    };
    match id("-u", &[])? {
        0 => ["postgres", "nobody"].iter().find_map(|name| Some((id("-u", &[name])?, id("-g", &[name])?))),
        own => Some((own, id("-g", &[])?)),
    }
}

impl Server {
    /// The test is left out where there is no PostgreSQL.
    pub fn start() -> Server {
        Server::start_with(&[], &[])
    }

    /// With settings, and with files that only the server may read. Settings name them by `FOLDER/NAME`.
    pub fn start_with(settings: &[(&str, &str)], files: &[(&str, Vec<u8>)]) -> Server {
        let (Some(programs), Some((user, group))) = (programs(), user()) else {
            not_here("PostgreSQL", "bash tests/setup/postgres");
        };
        let folder = tempfile::tempdir().unwrap();
        chown(folder.path(), Some(user), Some(group)).unwrap();
        let data = folder.path().join("data");
        let program = |name: &str| {
            let mut command = Command::new(programs.join(name));
            command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
            if user != own_user() {
                command.uid(user).gid(group);
            }
            command
        };
        let made = program("initdb")
            .args(["-U", "merit", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data)
            .status()
            .unwrap();
        assert!(made.success(), "initdb");
        for (name, content) in files {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            chown(&path, Some(user), Some(group)).unwrap();
        }
        let shown = folder.path().display().to_string();
        let port = settings.iter().find(|(name, _)| *name == "port").map_or(5432, |(_, port)| port.parse().unwrap());
        let settings = settings.iter().map(|(name, value)| format!("{name}={}", value.replace("FOLDER", &shown)));
        let running = program("postgres")
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "log_statement=all"])
            .args(settings.flat_map(|setting| ["-c".to_string(), setting]))
            .arg("-k")
            .arg(folder.path())
            .arg("-D")
            .arg(&data)
            .spawn()
            .unwrap();
        let server = Server { folder, running, port };
        let begun = Instant::now();
        while server.try_client().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start\n{}", server.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    fn try_client(&self) -> Option<Client> {
        let mut config = postgres::Config::new();
        config.host(self.host().to_str().unwrap()).port(self.port).user("merit").dbname("postgres");
        config.connect(NoTls).ok()
    }

    pub fn client(&self) -> Client {
        self.try_client().unwrap()
    }

    pub fn host(&self) -> &Path {
        self.folder.path()
    }

    /// All that it was asked so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.host().join("log")).unwrap()
    }

    /// Says where the server is.
    pub fn tell(&self, command: &mut Command) {
        command.env("PGHOST", self.host()).env("PGUSER", "merit").env("PGDATABASE", "postgres");
    }
}

fn own_user() -> u32 {
    use std::os::unix::fs::MetadataExt;
    // Who made a new file is who runs.
    tempfile::tempfile().unwrap().metadata().unwrap().uid()
}

impl Drop for Server {
    fn drop(&mut self) {
        // At once, without the goodbyes that a kept database would need.
        let _ = Command::new("kill").args(["-QUIT", &self.running.id().to_string()]).status();
        let _ = self.running.wait();
    }
}
