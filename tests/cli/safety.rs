//! What is written, what is shown, and what is never read.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::{folder, merit};

pub const SPEC: &str = r#"company "Small" {
  currency CNY
}
unit person, people
data people {
  roster as seller
  file "people*.csv"
  row person
  key id
  column id   : text
  column name : text
  column sold : number
}
kpi sold : number {
  value = person.sold
}
position seller "Seller" {
  scorecard {
    100% sold score linear 0 -> 0, 100 -> 100
  }
  output paid "Paid" : number = sold
}
"#;
pub const PEOPLE: &str = "id,name,sold\nP1,Ann,50\nP2,Bo,70\n";

pub fn small(people: &str) -> tempfile::TempDir {
    folder(&[("a.merit", SPEC.as_bytes()), ("data/people.csv", people.as_bytes())])
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const EVAL: [&str; 3] = ["eval", "--period", "2026"];

#[test]
fn a_report_never_takes_the_place_of_what_is_read() {
    let folder = small(PEOPLE);
    fs::write(folder.path().join("link"), "").unwrap();
    for place in ["a.merit", "new.merit", "data/people.csv", "data/people-scores.csv", "./data/../a.merit"] {
        let before = fs::read(folder.path().join(place)).ok();
        for more in [&[][..], &["--force"]] {
            let run = merit(folder.path(), &[&EVAL[..], &["--output", place], more].concat());
            assert_eq!(run.status.code(), Some(2), "{place}");
            assert!(text(&run.stderr).contains("the report is not written to"), "{}", text(&run.stderr));
            assert_eq!(fs::read(folder.path().join(place)).ok(), before, "{place}");
        }
    }
    assert_eq!(merit(folder.path(), &[&EVAL[..], &["--output", "data/scores.csv"]].concat()).status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn what_was_there_keeps_its_mode_its_links_and_its_neighbours() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = small(PEOPLE);
    let path = |name: &str| folder.path().join(name);
    fs::write(path("out.txt"), "").unwrap();
    fs::set_permissions(path("out.txt"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(path("out.txt.partial"), "a neighbour").unwrap();
    symlink("out.txt", path("link.txt")).unwrap();
    let run = merit(folder.path(), &[&EVAL[..], &["--output", "link.txt"]].concat());
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    assert!(path("link.txt").is_symlink());
    assert!(fs::read_to_string(path("out.txt")).unwrap().contains("Ann"));
    assert_eq!(fs::metadata(path("out.txt")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(path("out.txt.partial")).unwrap(), "a neighbour");
    assert_eq!(names(folder.path()), ["a.merit", "data", "link.txt", "out.txt", "out.txt.partial"]);
    fs::set_permissions(path("out.txt"), fs::Permissions::from_mode(0o400)).unwrap();
    let run = merit(folder.path(), &[&EVAL[..], &["--output", "out.txt"]].concat());
    assert_eq!(run.status.code(), Some(2));
    assert!(text(&run.stderr).contains("protected against writing"), "{}", text(&run.stderr));
}

/// Each of two reports is whole, whichever comes last; and what is ended in the middle leaves nothing.
#[cfg(unix)]
#[test]
fn many_programs_write_one_file() {
    let mut people = String::from("id,name,sold\n");
    (0..3_000).for_each(|at| people.push_str(&format!("P{at},Name {at},{}\n", at % 90)));
    let folder = small(&people);
    let start = |form: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
        command.args(EVAL).args(["--rows", form, "--output", "out.csv"]).current_dir(folder.path());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let whole: Vec<Vec<u8>> = ["all", "people"]
        .map(|form| {
            assert!(start(form).wait().unwrap().success());
            fs::read(folder.path().join("out.csv")).unwrap()
        })
        .into();
    for round in 0..3 {
        let running: Vec<_> = (0..4).map(|at| start(["all", "people"][at % 2])).collect();
        for mut one in running {
            assert!(one.wait().unwrap().success());
        }
        assert!(whole.contains(&fs::read(folder.path().join("out.csv")).unwrap()), "round {round}");
    }
    for signal in ["-TERM", "-INT", "-KILL"] {
        for wait in [5, 40, 120, 300] {
            let mut one = start("all");
            std::thread::sleep(Duration::from_millis(wait));
            let _ = Command::new("kill").args([signal, &one.id().to_string()]).stderr(Stdio::null()).status();
            one.wait().unwrap();
        }
    }
    assert_eq!(names(folder.path()), ["a.merit", "data", "out.csv"]);
    assert!(whole.contains(&fs::read(folder.path().join("out.csv")).unwrap()));
}

/// Escapes, direction marks and line ends of other kinds in labels, data and names of files.
const STEERING: &str = "\u{1b}[2J\u{1b}[31m\u{202e}\u{2066}\u{200f}\u{61c}\u{85}\u{7f}\u{7}x";

fn is_safe(text: &str) -> bool {
    !text.contains(|c: char| merit::visible::steers(c))
}

#[test]
fn nothing_foreign_steers_a_terminal() {
    let label = STEERING.replace('\u{7}', "");
    let spec = SPEC.replace("Seller", &label).replace("\"Paid\"", &format!("\"{label}\"")) + "# \u{202e}\n";
    // A bell makes a file one of bytes.
    let people = format!("id,name,sold\n\"P{label}\",{label},50\n");
    let test = format!("test \"{label}\" {{\n  period 2026\n  expect sold of \"{label}\" = 3\n}}\n");
    let good = folder(&[("a.merit", spec.as_bytes()), ("data/people.csv", people.as_bytes())]);
    let bad_data = folder(&[
        ("a.merit", spec.as_bytes()),
        (&format!("data/people{STEERING}.csv"), people.replace(",50", &format!(",{STEERING}")).as_bytes()),
    ]);
    let bad_spec =
        folder(&[("a.merit", format!("{spec}kpi {label} : number {{\n value = \"{label}\"\n}}\n").as_bytes())]);
    let tested = folder(&[("a.merit", (spec.clone() + &test).as_bytes()), ("data/people.csv", people.as_bytes())]);
    let forms: &[&[&str]] =
        &[&[], &["--format", "json"], &["--format", "csv"], &["--cards"], &["--output", "/dev/stdout"]];
    for form in forms {
        for folder in [&good, &bad_data] {
            let run = merit(folder.path(), &[&EVAL[..], form].concat());
            assert!(is_safe(&text(&run.stdout)), "{form:?}: {:?}", text(&run.stdout));
            assert!(is_safe(&text(&run.stderr)), "{form:?}: {:?}", text(&run.stderr));
        }
    }
    let others: &[&[&str]] = &[
        &["check"],
        &["check", "--format", "short"],
        &["check", "--format", "json"],
        &["check", "--format", "sarif"],
        &["check", "--format", "github"],
        &["check", "--format", "junit"],
        &["test"],
        &["test", "--format", "json"],
        &["test", "--format", "junit"],
        &["data"],
        &["data", "--format", "json"],
        &["plan", "--period", "2026"],
        &["plan", "--period", "2026", "--format", "json"],
        &["eval", "--period", STEERING],
        &[STEERING],
        &["explain", STEERING],
        &["check", STEERING],
        &["check", "--allow", STEERING],
    ];
    for arguments in others {
        for folder in [&good, &bad_data, &bad_spec, &tested] {
            let run = merit(folder.path(), arguments);
            assert!(is_safe(&text(&run.stdout)), "{arguments:?}: {:?}", text(&run.stdout));
            assert!(is_safe(&text(&run.stderr)), "{arguments:?}: {:?}", text(&run.stderr));
        }
    }
    // Colours are the program's own.
    for arguments in
        [&["eval", "--period", "2026"][..], &["eval", "--period", "2026", "--cards"], &["check"], &["test"], &["data"]]
    {
        for folder in [&good, &bad_spec, &tested] {
            let run = merit(folder.path(), &[arguments, &["--color", "always"]].concat());
            for out in [&run.stdout, &run.stderr] {
                let out = text(out);
                assert!(is_safe(&out.replace('\u{1b}', "")), "{arguments:?}: {out:?}");
                assert!(!out.contains("\u{1b}[2J") && !out.contains("\u{1b}[31m\u{1b}[31m"), "{arguments:?}: {out:?}");
            }
        }
    }
    // JSON says the same as ever.
    let run = merit(good.path(), &[&EVAL[..], &["--format", "json"]].concat());
    assert!(serde_json::from_slice::<serde_json::Value>(&run.stdout).unwrap().to_string().contains('\u{202e}'));
}

#[test]
fn people_count_against_the_memory() {
    let rows: String = (0..3_000).map(|at| format!("P{at},Name {at},{}\n", at % 90)).collect();
    let folder = small(&format!("id,name,sold\n{rows}"));
    let run = |memory: &str| merit(folder.path(), &[&EVAL[..], &["--memory", memory]].concat());
    let little = run("1MB");
    let said = text(&little.stderr);
    assert!(little.status.code() == Some(1) && little.stdout.is_empty(), "{said}");
    assert!(
        said.contains("too-little-memory") && said.contains("3,000 people to evaluate") || said.contains("3000 people"),
        "{said}"
    );
    // As much as the help names will do.
    let size = said.split("at least ").nth(1).unwrap().split([',', '\n']).next().unwrap().replace(' ', "");
    assert_eq!(run(&size).status.code(), Some(0), "{size}: {said}");
}

#[test]
fn no_cell_of_the_report_is_a_formula() {
    let folder = small("id,name,sold\n=1+1,\"=HYPERLINK(\"\"x\"\")\",-5\n+2,@x,5\n-3,-y,5\n");
    let run = merit(folder.path(), &[&EVAL[..], &["--format", "csv"]].concat());
    let mut rows = csv::Reader::from_reader(&run.stdout[..]);
    for row in rows.records() {
        for cell in &row.unwrap() {
            let number = cell.parse::<f64>().is_ok();
            assert!(number || !cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    assert!(text(&run.stdout).contains(",-5,") && text(&run.stdout).contains(",'=1+1,"), "{}", text(&run.stdout));
}

/// Whoever reads has gone before the program has begun to write, on either side.
#[cfg(unix)]
#[test]
fn a_broken_pipe_ends_quietly() {
    let good = small(PEOPLE);
    let bad = folder(&[("a.merit", b"kpi a : number {\n value = b\n}\n")]);
    for (folder, arguments) in [
        (&good, &["check"][..]),
        (&good, &["eval", "--period", "2026"]),
        (&good, &["eval", "--period", "2026", "--format", "json"]),
        (&good, &["eval", "--period", "2026", "--format", "csv"]),
        (&good, &["data"]),
        (&good, &["plan", "--period", "2026"]),
        (&good, &["explain"]),
        (&good, &["fmt", "--diff"]),
        (&good, &["help"]),
        (&bad, &["check"]),
        (&bad, &["eval", "--period", "2026"]),
        (&bad, &["fmt"]),
        (&bad, &["test"]),
        (&bad, &["nonsense"]),
    ] {
        let expected = merit(folder.path(), arguments).status.code();
        for both in [false, true] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
            command.args(arguments).current_dir(folder.path()).stdout(Stdio::piped());
            command.stderr(if both { Stdio::piped() } else { Stdio::null() });
            let mut run = command.spawn().unwrap();
            drop((run.stdout.take(), run.stderr.take()));
            assert_eq!(run.wait().unwrap().code(), expected, "{arguments:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_read() {
    use std::os::unix::fs::symlink;
    let fifo = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let begun = Instant::now();
    let folder = small(PEOPLE);
    fifo(&folder.path().join("b.merit"));
    for arguments in [&["check"][..], &["fmt"], &["check", "b.merit"], &["eval", "--period", "2026"]] {
        let run = merit(folder.path(), arguments);
        assert_eq!(run.status.code(), Some(2));
        assert!(text(&run.stderr).contains("`b.merit` is a pipe or a device"), "{}", text(&run.stderr));
    }
    fs::remove_file(folder.path().join("b.merit")).unwrap();
    symlink("/dev/zero", folder.path().join("b.merit")).unwrap();
    assert!(text(&merit(folder.path(), &["check"]).stderr).contains("`b.merit` is a pipe or a device"));
    fs::remove_file(folder.path().join("b.merit")).unwrap();
    fifo(&folder.path().join("data/people2.csv"));
    symlink("/dev/zero", folder.path().join("data/people3.csv")).unwrap();
    let run = merit(folder.path(), &EVAL);
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(text(&run.stderr).matches("it is a pipe or a device").count(), 2, "{}", text(&run.stderr));
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_data_folder_are_followed_only_when_allowed() {
    use std::os::unix::fs::symlink;
    let folder = small(PEOPLE);
    fs::write(folder.path().join("secret.csv"), "id,name,sold\nP3,Eve,1\n").unwrap();
    symlink("../secret.csv", folder.path().join("data/people2.csv")).unwrap();
    // A link inside the folder is one of its files; a ring of links ends.
    symlink("people.csv", folder.path().join("data/inside.csv")).unwrap();
    symlink(".", folder.path().join("data/ring")).unwrap();
    let run = merit(folder.path(), &EVAL);
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("outside-folder"), "{}", text(&run.stderr));
    assert!(!text(&run.stdout).contains("Eve"));
    let run = merit(folder.path(), &[&EVAL[..], &["--follow-links"]].concat());
    assert!(text(&run.stdout).contains("Eve"), "{}", text(&run.stderr));
    let spec = SPEC.replace("people*.csv", "../secret.csv");
    fs::write(folder.path().join("a.merit"), &spec).unwrap();
    assert!(text(&merit(folder.path(), &EVAL).stderr).contains("outside-folder"));
    assert!(text(&merit(folder.path(), &[&EVAL[..], &["--follow-links"]].concat()).stdout).contains("Eve"));
    fs::write(folder.path().join("a.merit"), SPEC.replace("people*.csv", "inside.csv")).unwrap();
    assert_eq!(merit(folder.path(), &EVAL).status.code(), Some(0));
    fs::remove_file(folder.path().join("data/people2.csv")).unwrap();
    fs::write(folder.path().join("a.merit"), SPEC.replace("people*.csv", "**/people.csv")).unwrap();
    let run = merit(folder.path(), &EVAL);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
}

#[test]
fn deep_folders_and_rings_of_links_are_walked_once() {
    let folder = small(PEOPLE);
    let mut deep = folder.path().to_path_buf();
    let mut spec = String::new();
    for at in 0..1_500 {
        deep.push("d");
        if deep.as_os_str().len() > 4_000 {
            break;
        }
        fs::create_dir(&deep).unwrap();
        if at % 10 == 0 {
            spec = format!("constant c{at} : number = 1\n");
            fs::write(deep.join("s.merit"), &spec).unwrap();
        }
    }
    assert!(!spec.is_empty());
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", folder.path().join("d/up")).unwrap();
    let begun = Instant::now();
    let run = merit(folder.path(), &["check"]);
    assert!(text(&run.stdout).contains("checked 151 files"), "{}", text(&run.stdout));
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}
