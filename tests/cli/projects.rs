//! `merit.project`, and which project a single file stands for.

use std::path::Path;

use super::{folder, merit, said};

const SHARED: &str = r#"data people "Staff" {
  roster
  file "staff.csv"
  row person
  key staff_no
  valid from joined
  column staff_no : text
  column post     : position
  column joined   : date
}

data sales "Sales" {
  file "sales.csv"
  row sale
  dated by sold_on
  column seller  : people
  column sold_on : date
  column amount  : CNY
}

kpi sales_amount "Sales" : CNY {
  value = sum(amount of sales)
  higher is better
}

kpi sold "Sold" : sale {
  value = count(sales)
  higher is better
}

test "a sale" {
  period 2026-Q3
  given people {
    | staff_no | post    | joined     |
    | P1       | adviser | 2024-01-01 |
  }
  given sales {
    | seller | sold_on    | amount    |
    | P1     | 2026-07-01 | 8_000 CNY |
  }
  expect sold of "P1" = 1
}
"#;

fn adviser(entry: &str) -> String {
    format!("position adviser \"Adviser\" {{\n  scorecard {{\n    100% {entry}\n  }}\n}}\n")
}

/// Three companies of a group, and what is left of old ones.
fn monorepo(project: &str) -> tempfile::TempDir {
    let amount = adviser("sales_amount  score linear 0 CNY -> 0, 20_000 CNY -> 100");
    let sold = adviser("sold  score linear 0 -> 0, 20 -> 100");
    folder(&[
        ("specs/merit.project", project.as_bytes()),
        ("specs/group/sales.merit", SHARED.as_bytes()),
        ("specs/companies/north/adviser.merit", amount.as_bytes()),
        ("specs/companies/north/data/staff.csv", b"staff_no,post,joined\nP1,Adviser,2024-01-01\n"),
        ("specs/companies/north/data/sales.csv", b"seller,sold_on,amount\nP1,2026-07-05,7000\n"),
        ("specs/companies/south/adviser.merit", amount.as_bytes()),
        ("specs/companies/east/adviser.merit", sold.as_bytes()),
        ("specs/archive/old.merit", b"kpi old : CNY {\n  value = nothing_there\n}\n"),
    ])
}

const PROJECT: &str = "# The group\nproject \"companies/*\" with \"group\"\nignore \"archive\"\n";

/// What the program says to commands, one after the other, in a folder.
fn told(folder: &Path, commands: &[&str]) -> String {
    let answer = |command: &&str| {
        let arguments: Vec<&str> = command.split(' ').collect();
        format!("$ merit {command}\n{}", said(&merit(folder, &arguments)))
    };
    commands.iter().map(answer).collect::<Vec<_>>().join("\n")
}

fn expect(name: &str, said: &str) {
    insta::with_settings!({
        snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        assert_snapshot!(name, said);
    });
}

#[test]
fn companies_that_share_specs_need_no_list() {
    let folder = monorepo(PROJECT);
    let commands = [
        "check",
        "check specs",
        "check specs/companies/north specs/companies/south --format short",
        "check specs/group/sales.merit",
        "check specs/merit.project",
        "check specs/archive/old.merit",
        "check specs/archive/old.merit specs/companies/east/adviser.merit",
        "check --alignment",
        "test",
        "test specs/companies/east",
        "test --coverage",
        "eval --period 2026-Q3",
        "eval specs/companies/north/adviser.merit --period 2026-Q3",
        "eval specs/companies/east --period 2026-Q3",
        "test specs/archive/old.merit",
        "eval specs/archive --period 2026-Q3",
        "fmt --check",
        "fmt specs/archive/old.merit",
        "fmt specs/archive specs/group --check",
    ];
    expect("projects", &told(folder.path(), &commands));
    let inside = folder.path().join("specs/companies/east");
    expect("projects_inside", &told(&inside, &["check", "check adviser.merit", "check ../../group", "test"]));
    let whole = folder.path().canonicalize().unwrap().join("specs/companies/north");
    let said = said(&merit(Path::new("/"), &["check", whole.to_str().unwrap()]));
    assert!(said.contains(&format!("checked 2 files of {}: 1 position", whole.display())), "{said}");
}

#[test]
fn a_finding_of_several_projects_is_one() {
    let folder = monorepo(PROJECT);
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    let commands = ["check", "check specs/companies/south/adviser.merit --format short"];
    // Wrong in what all share, in one company, and in what all share because of one company.
    write("specs/group/more.merit", "constant floor : CNY = 3 EUR\n\nkpi extra : sale {\n  value = count(visits)\n}\n");
    let visits = "data visits {\n  file \"visits.csv\"\n  row sale\n  dated by day\n  column seller : people\n  column day : date\n}\n";
    write("specs/companies/north/visits.merit", visits);
    write("specs/companies/south/visits.merit", visits);
    write("specs/companies/south/kpis.merit", "kpi sold : CNY {\n  value = sum(amount of sales)\n}\n");
    expect("projects_with_mistakes", &told(folder.path(), &commands));
    let json: serde_json::Value =
        serde_json::from_slice(&merit(folder.path(), &["check", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["summary"]["files"], 8);
    for form in ["sarif", "github", "junit"] {
        let text = String::from_utf8(merit(folder.path(), &["check", "--format", form]).stdout).unwrap();
        assert!(text.contains("specs/group/more.merit"), "{form}: {text}");
    }
}

#[test]
fn mistakes_in_a_project_file_are_answered() {
    let cases = [
        ("a word", "projects \"companies/*\"\nignore \"archive\"\n"),
        ("no path", "project companies with \"group\"\nignore \"archive\", \n"),
        (
            "something behind",
            "project \"companies/*\" with \"group\" and \"archive\"\nignore \"archive\" with \"group\"\n",
        ),
        ("a quote", "project \"companies/* with \"group\"\nignore \"archive\"\n"),
        ("Windows", "project \"companies\\*\" with \"group\"\nignore \"C:/archive\"\n"),
        ("above", "project \"../companies/*\" with \"/group\"\nignore \"\", \"**/old\"\n"),
        ("not there", "project \"companys/north\" with \"grup\", \"law\"\nproject \"branches/*\"\nignore \"archiv\"\n"),
        ("no spec", "project \"companies/north/data\", \"companies/north/data/staff.csv\"\nignore \"archive\"\n"),
        ("left over", "project \"companies/n*\" with \"group\"\n"),
        (
            "twice",
            "project \"companies/*\", \"companies/e*\" with \"group\"\nproject \"archive\"\nproject \"archive\"\n",
        ),
        ("one in the other", "project \"companies\"\nproject \"companies/*\" with \"group\", \"archive\"\n"),
        ("in what is shared", "project \"companies/*\" with \"companies\", \"group\"\nignore \"archive\"\n"),
        (
            "a circle",
            "project \"companies/north\" with \"companies/south\"\nproject \"companies/south\" with \"companies/east\"\n\
             project \"companies/east\" with \"companies/north\"\nproject \"group\"\nignore \"archive\"\n",
        ),
    ];
    let mut all = String::new();
    for (what, project) in cases {
        let folder = monorepo(project);
        all += &format!("# {what}\n{}\n", told(folder.path(), &["check specs"]));
        // Nothing is read by rules that cannot be understood.
        let test = merit(folder.path(), &["test", "specs"]);
        assert_eq!(test.status.code(), Some(1), "{what}: {}", said(&test));
    }
    let two = monorepo(PROJECT);
    std::fs::write(two.path().join("specs/companies/merit.project"), "").unwrap();
    all += &told(two.path(), &["check", "check specs/companies/east"]);
    let folder = monorepo(PROJECT);
    std::fs::write(folder.path().join("specs/merit.project"), b"project \"\xb1\xea\"\n").unwrap();
    all += &told(folder.path(), &["check --format short"]);
    expect("projects_wrong", &all);
}

#[test]
fn lines_of_a_project_file() {
    let counted = |project: &str, path: &str| {
        let folder = monorepo(project);
        let said = said(&merit(folder.path(), &["check", path]));
        said.lines().find(|line| line.starts_with("checked")).unwrap_or(&said).to_string()
    };
    let sound = [
        // The folder is one project, whatever its folders are called; nothing else has to be said.
        ("ignore \"archive\", \"companies/south\", \"companies/east\"\n", "specs/group", "checked 2 files of specs: "),
        (
            "project \".\"\nignore \"archive\", \"companies/south\",\n  \"companies/east\"\n",
            "specs/group",
            "checked 2 files of specs: ",
        ),
        // Single specs are shared, or are projects.
        (
            "project \"companies/*\" with \"group/sales.merit\"\nignore \"archive\"\n",
            "specs",
            "checked 4 files in 3 projects: ",
        ),
        (
            "project \"companies/*/*.merit\" with \"group\"\nignore \"archive\"\n",
            "specs",
            "checked 4 files in 3 projects: ",
        ),
        // A project brings what it is read with along.
        // What is shared is no project because a pattern fits it, and a line with a name goes before a pattern.
        (
            "project \"*\" with \"group\"\nignore \"archive\", \"companies/*t*h\"\n",
            "specs/group",
            "checked 2 files of specs/companies: ",
        ),
        (
            "project \"companies/*\" with \"group\"\nproject \"companies/north\" with \"group\", \"archive\"\n",
            "specs/companies/north",
            "checked 3 files of specs/companies/north: ",
        ),
        (
            "project \"companies/*th\" with \"group\"\nproject \"archive\" with \"companies/north\"\nignore \"companies/e*\"\n",
            "specs/archive",
            "checked 3 files of specs/archive: ",
        ),
    ];
    for (project, path, summary) in sound {
        let said = counted(project, path);
        assert!(said.starts_with(summary), "{project}\n{said}");
    }
}

#[test]
fn a_file_stands_for_the_project_it_lies_in() {
    let amount = adviser("sales_amount  score linear 0 CNY -> 0, 20_000 CNY -> 100");
    let specs: &[(&str, &[u8])] =
        &[("specs/kpis/sales.merit", SHARED.as_bytes()), ("specs/positions/adviser.merit", amount.as_bytes())];
    let checked = |more: &[(&str, &[u8])], folders: &[&str], from: &str, path: &str| {
        let all: Vec<(&str, &[u8])> = specs.iter().chain(more).copied().collect();
        let folder = folder(&all);
        folders.iter().for_each(|name| std::fs::create_dir_all(folder.path().join(name)).unwrap());
        let said = said(&merit(&folder.path().join(from), &["check", path]));
        said.lines().find(|line| line.starts_with("checked")).unwrap_or(&said).to_string()
    };
    let file = "specs/positions/adviser.merit";
    // The nearest folder with data; else the highest with specs; else its own.
    assert!(checked(&[], &["specs/data", "data"], "", file).starts_with("checked 2 files of specs: "));
    assert!(checked(&[("specs/company.merit", b"# none\n")], &[], "", file).starts_with("checked 3 files of specs: "));
    assert!(checked(&[], &[], "", file).starts_with("checked 1 file of specs/positions: "));
    // Never above the repository, or the folder in which the user is.
    let company: &[(&str, &[u8])] = &[("specs/company.merit", b"# none\n")];
    assert!(checked(company, &[], "specs/positions", "adviser.merit").starts_with("checked 1 file: "));
    assert!(checked(company, &[".git"], "specs/positions", "adviser.merit").starts_with("checked 3 files of ..: "));
    assert!(checked(company, &["specs/positions/.git"], "", file).starts_with("checked 1 file of specs/positions: "));
    // Hidden specs are read when they are named.
    let draft: &[(&str, &[u8])] = &[("specs/.drafts/a.merit", b"# none\n")];
    assert!(checked(draft, &["specs/data"], "", "specs/.drafts/a.merit").starts_with("checked 3 files of specs: "));
    // What concerns the file is said first, whatever its name.
    let folder = folder(&[("a.merit", b"constant one : CNY = 3 EUR\n"), ("b.merit", b"constant two : CNY = 3 EUR\n")]);
    expect(
        "projects_of_a_file",
        &told(folder.path(), &["check b.merit --format short", "check b.merit a.merit --format short"]),
    );
}

/// The line that the answer offers is the one that makes projects of the folders.
#[test]
fn companies_read_as_one_project_are_told_how_they_are_told_apart() {
    let amount = adviser("sales_amount  score linear 0 CNY -> 0, 20_000 CNY -> 100");
    for (root, found) in [("", "merit.project"), ("specs/", "specs/merit.project")] {
        let paths: Vec<String> = ["north", "south", "east", "west"]
            .iter()
            .map(|name| format!("{root}companies/{name}/adviser.merit"))
            .collect();
        let group = format!("{root}group/sales.merit");
        let mut files: Vec<(&str, &[u8])> = paths.iter().map(|path| (path.as_str(), amount.as_bytes())).collect();
        files.push((&group, SHARED.as_bytes()));
        let folder = folder(&files);
        let told = said(&merit(folder.path(), &["check"]));
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = told.split("with the line `").nth(1).and_then(|rest| rest.split('`').next());
        let line = line.unwrap_or_else(|| panic!("{told}"));
        assert!(told.contains(&format!("in a file `{found}`")), "{told}");
        std::fs::write(folder.path().join(found), format!("{line}\n")).unwrap();
        let told = said(&merit(folder.path(), &["check"]));
        assert!(told.contains("checked 5 files in 4 projects"), "{line}: {told}");
    }
}
