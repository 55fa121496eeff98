//! What becomes of the cache itself: damage, other versions, several programs, ends in the middle, no room.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A small project, whose cache and data are its own.
struct Project(tempfile::TempDir);

const SPEC: &str = r#"company "Shop" {
  currency CNY
}
data people {
  file "people.csv"
  row person
  key id
  roster
  column id   : text
  column post : position
}
data sales {
  file "sales_*.csv"
  row sale
  key number
  dated by day
  column number : text
  column person : people
  column day    : date
  column amount : CNY
}
kpi sold "Sold" : CNY {
  value = sum(amount of sales)
  higher is better
}
position seller "Seller" {
  scorecard {
    100% sold target 1_000 CNY score attainment up to 120
  }
}
test "one sale" {
  period 2026-Q3
  given people { | id | post   |
                 | P1 | seller | }
  given sales  { | number | person | day        | amount |
                 | S1     | P1     | 2026-07-01 | 500    | }
  expect sold of "P1" = 500 CNY
}
"#;

impl Project {
    fn new() -> Project {
        let folder = tempfile::tempdir().unwrap();
        let project = Project(folder);
        fs::create_dir(project.path("data")).unwrap();
        fs::write(project.path("all.merit"), SPEC).unwrap();
        let people: String = (0..50).map(|at| format!("P{at},seller\n")).collect();
        fs::write(project.path("data/people.csv"), format!("id,post\n{people}")).unwrap();
        for month in 7..=9 {
            project.sales(month, 0);
        }
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    fn sales(&self, month: usize, more: usize) {
        let row = |at: usize| {
            format!("S{month}-{at},P{},2026-{month:02}-{:02},{}\n", at % 50, 1 + at % 28, 10 + (at * 7 + more) % 90)
        };
        let rows: String = (0..1500).map(row).collect();
        fs::write(self.path(&format!("data/sales_{month}.csv")), format!("number,person,day,amount\n{rows}")).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
        command.arg("eval").arg(self.0.path()).args(["--period", "2026-Q3", "--format", "json"]).args(arguments);
        command
    }

    fn cached(&self) -> Command {
        let mut command = self.command(&["--cache"]);
        command.arg(self.cache());
        command
    }

    fn plain(&self) -> Output {
        let output = self.command(&["--no-cache"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// A run with the cache says what one without it says.
    fn same(&self, what: &str) {
        let (with, without) = (self.cached().output().unwrap(), self.plain());
        assert_eq!(with.status, without.status, "{what}: {}", String::from_utf8_lossy(&with.stderr));
        assert_eq!(String::from_utf8_lossy(&with.stdout), String::from_utf8_lossy(&without.stdout), "{what}");
        assert_eq!(String::from_utf8_lossy(&with.stderr), String::from_utf8_lossy(&without.stderr), "{what}");
    }

    fn entries(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.cache()).map(|files| files.flatten().map(|file| file.path()).collect::<Vec<_>>());
        files.unwrap_or_default().into_iter().filter(|path| path.extension().is_some_and(|end| end == "kept")).collect()
    }
}

#[test]
fn a_second_run_reads_nothing() {
    let project = Project::new();
    project.same("first");
    assert_eq!(project.entries().len(), 1);
    project.same("again");
    // Other answers in the place of those that are kept would be told: nothing else is looked at.
    let changed = SPEC.replace("1_000 CNY", "2_000 CNY");
    fs::write(project.path("all.merit"), &changed).unwrap();
    project.same("another target");
    assert_eq!(project.entries().len(), 1, "a target is none of what the data is asked");
    fs::write(project.path("all.merit"), changed.replace("sum(amount of sales)", "sum(2 * amount of sales)")).unwrap();
    project.same("another formula");
    assert_eq!(project.entries().len(), 2);
    project.sales(8, 1);
    project.same("another file");
    assert_eq!(project.entries().len(), 2, "of one query the newest answers are kept");
    fs::remove_file(project.path("data/sales_9.csv")).unwrap();
    project.same("a file less");
}

#[test]
fn mistakes_in_data_are_told_each_time() {
    let project = Project::new();
    project.same("sound");
    let path = project.path("data/sales_8.csv");
    let sound = fs::read_to_string(&path).unwrap();
    fs::write(&path, sound.replacen(",P3,", ",P999,", 1)).unwrap();
    for _ in 0..2 {
        let [with, without] =
            [project.cached(), project.command(&["--no-cache"])].map(|mut command| command.output().unwrap());
        assert_eq!(with.status.code(), Some(1));
        assert_eq!((&with.stdout, &with.stderr), (&without.stdout, &without.stderr));
    }
    fs::write(&path, sound).unwrap();
    project.same("sound again");
}

#[test]
fn damaged_entries_are_not_there() {
    let project = Project::new();
    project.same("first");
    let path = project.entries().pop().unwrap();
    let sound = fs::read(&path).unwrap();
    let mut harmed: Vec<Vec<u8>> = vec![Vec::new(), vec![0; sound.len()], sound[..sound.len() / 2].to_vec()];
    harmed.extend((0..sound.len()).step_by(sound.len() / 12).map(|at| {
        let mut one = sound.clone();
        one[at] ^= 0x20;
        one
    }));
    for one in harmed {
        fs::write(&path, one).unwrap();
        project.same("damaged");
    }
    // An entry that cannot be opened as a file.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    project.same("a folder");
}

/// So little memory lets all rows go by, and what was decoded of them is kept.
const LITTLE: &str = "1MB";

impl Project {
    fn same_in_little_memory(&self, what: &str) {
        let with = self.cached().args(["--memory", LITTLE]).output().unwrap();
        let without = self.command(&["--no-cache", "--memory", LITTLE]).output().unwrap();
        assert!(without.status.success(), "{what}: {}", String::from_utf8_lossy(&without.stderr));
        assert_eq!(with.status, without.status, "{what}: {}", String::from_utf8_lossy(&with.stderr));
        assert_eq!(String::from_utf8_lossy(&with.stdout), String::from_utf8_lossy(&without.stdout), "{what}");
        assert_eq!(String::from_utf8_lossy(&with.stderr), String::from_utf8_lossy(&without.stderr), "{what}");
    }

    /// The entries with rows of files.
    fn rows(&self) -> Vec<PathBuf> {
        let is_rows = |path: &PathBuf| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"merit rows"));
        self.entries().into_iter().filter(is_rows).collect()
    }

    /// Which of some entries have been used or written since they were made old.
    fn used(&self, entries: &[PathBuf], what: impl FnOnce()) -> usize {
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(5000);
        for entry in entries {
            fs::File::options().append(true).open(entry).unwrap().set_modified(old).unwrap();
        }
        what();
        let is_used = |entry: &&PathBuf| {
            fs::metadata(entry).is_ok_and(|file| file.modified().unwrap() > old + std::time::Duration::from_secs(60))
        };
        entries.iter().filter(is_used).count()
    }
}

#[test]
fn another_formula_decodes_no_rows_again_and_another_file_only_its_own() {
    let project = Project::new();
    project.same_in_little_memory("first");
    let rows = project.rows();
    assert_eq!(rows.len(), 3);
    let bytes = || rows.iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>();
    let first = bytes();
    let changed = SPEC.replace("sum(amount of sales)", "sum(2 * amount of sales where amount > 20 CNY)");
    fs::write(project.path("all.merit"), changed).unwrap();
    assert_eq!(project.used(&rows, || project.same_in_little_memory("another formula")), 3);
    assert_eq!(first, bytes());
    project.sales(8, 1);
    project.same_in_little_memory("another file");
    let (second, same) = (bytes(), |at: usize| first[at] == bytes()[at]);
    assert_eq!(project.rows().len(), 3);
    assert_eq!((0..3).filter(|at| same(*at)).count(), 2, "one of three is written anew");
    // A key that comes twice in two files of which neither has changed alone.
    let (july, path) =
        (fs::read_to_string(project.path("data/sales_7.csv")).unwrap(), project.path("data/sales_9.csv"));
    fs::write(&path, july.replace("2026-07", "2026-09")).unwrap();
    let [with, without] = [project.cached(), project.command(&["--no-cache"])]
        .map(|mut command| command.args(["--memory", LITTLE]).output().unwrap());
    assert_eq!((with.status.code(), without.status.code()), (Some(1), Some(1)));
    assert_eq!((&with.stdout, &with.stderr), (&without.stdout, &without.stderr));
    drop(second);
}

#[test]
fn damaged_rows_are_decoded_again() {
    let project = Project::new();
    project.same_in_little_memory("first");
    let path = project.rows().pop().unwrap();
    let sound = fs::read(&path).unwrap();
    let mut harmed: Vec<Vec<u8>> = vec![sound[..sound.len() / 2].to_vec()];
    harmed.extend((0..sound.len()).step_by(sound.len() / 8).map(|at| {
        let mut one = sound.clone();
        one[at] ^= 0x20;
        one
    }));
    for (at, one) in harmed.into_iter().enumerate() {
        fs::write(&path, one).unwrap();
        let formula = format!("sum({} * amount of sales)", at + 2);
        fs::write(project.path("all.merit"), SPEC.replace("sum(amount of sales)", &formula)).unwrap();
        project.same_in_little_memory("damaged");
    }
}

#[test]
fn an_entry_of_another_query_is_none() {
    let project = Project::new();
    project.same("first");
    let first = project.entries().pop().unwrap();
    fs::write(project.path("all.merit"), SPEC.replace("sum(amount", "sum(2 * amount")).unwrap();
    project.same("another formula");
    let second = project.entries().into_iter().find(|path| *path != first).unwrap();
    fs::copy(&first, &second).unwrap();
    project.same("of another query");
}

#[test]
fn several_programs_at_once() {
    let project = Project::new();
    let expected = project.plain().stdout;
    for round in 0..3 {
        let start = |_| project.cached().stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let running: Vec<Child> = (0..6).map(start).collect();
        for child in running {
            assert_eq!(child.wait_with_output().unwrap().stdout, expected, "round {round}");
        }
        fs::remove_file(project.entries().pop().unwrap()).unwrap();
    }
}

#[test]
fn a_program_that_is_killed_leaves_nothing_wrong() {
    let project = Project::new();
    let whole = std::time::Instant::now();
    project.same("first");
    let whole = whole.elapsed() / 2;
    for at in 0..12u32 {
        for entry in project.entries() {
            fs::remove_file(entry).unwrap();
        }
        let mut child = project.cached().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * at / 10);
        let _ = child.kill();
        child.wait().unwrap();
        project.same("killed before");
    }
}

#[test]
fn where_nothing_can_be_kept_nothing_is_said() {
    let project = Project::new();
    // Below a file there is no folder.
    let without = project.plain();
    let below = project.path("all.merit").join("cache");
    let with = project.command(&["--cache", below.to_str().unwrap()]).output().unwrap();
    assert_eq!((with.status.code(), &with.stdout, &with.stderr), (Some(0), &without.stdout, &without.stderr));
    let file = project.command(&["--cache", project.path("all.merit").to_str().unwrap()]).output().unwrap();
    assert_eq!(file.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&file.stderr).contains("is a file, and no folder"));
}

/// A limit for files ends whoever writes a longer one.
#[cfg(unix)]
#[test]
fn where_files_may_not_grow_nothing_is_kept() {
    let project = Project::new();
    let without = project.plain();
    let script = format!(
        "ulimit -f 0; exec {} eval {} --period 2026-Q3 --format json --cache {}",
        env!("CARGO_BIN_EXE_merit"),
        project.0.path().display(),
        project.cache().display()
    );
    let with = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert_eq!(with.status.code(), Some(0), "{:?} {}", with.status, String::from_utf8_lossy(&with.stderr));
    assert_eq!(with.stdout, without.stdout);
    assert_eq!(project.entries(), [] as [PathBuf; 0]);
}

#[test]
fn the_environment_names_a_folder_or_none() {
    let project = Project::new();
    let run = |value: &Path| {
        let output = project.command(&[]).env("MERIT_CACHE", value).output().unwrap();
        assert!(output.status.success());
        project.entries().len()
    };
    assert_eq!(run(Path::new("off")), 0);
    assert_eq!(run(&project.cache()), 1);
    // Nothing so small is kept in the user's own folder.
    let home = project.path("home");
    let mut command = project.command(&[]);
    command.env_remove("MERIT_CACHE").env("HOME", &home).env("XDG_CACHE_HOME", home.join("cache"));
    assert!(command.output().unwrap().status.success());
    assert!(!home.exists());
}
