//! Results of statements that were run elsewhere, in all the ways that engines write them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::Engine::{DuckDb, Spark};
use super::{difference, fed, load, merit, python, results, said, scored};
use crate::harness::not_here;
use crate::support::{insurance, utf8};

/// Runs SQL in DuckDB, in a folder.
fn duckdb(python: &Path, folder: &Path, database: &Path, sql: &str) {
    let program = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.stdin.read())";
    fed(Command::new(python).args(["-c", program]).arg(database).current_dir(folder), sql);
}

/// The example's results of DuckDB in a folder: Parquet, one of them in parts, as a cluster leaves it behind.
struct Results {
    python: PathBuf,
    folder: tempfile::TempDir,
}

impl Results {
    fn new() -> Results {
        let python = python(&[DuckDb]);
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("sales.duckdb");
        load(&python, &insurance(), &database, &[]);
        let specs = insurance().display().to_string();
        let tables = "policies,receipts,payouts";
        let sql =
            merit(&python, &["sql", &specs, "--period", "2026-Q3", "--dialect", "duckdb", "--tables", tables]).stdout;
        let sql = utf8(&sql).replace(".csv' (HEADER, DELIMITER ',')", ".parquet' (FORMAT PARQUET)");
        let results = Results { python, folder };
        fs::create_dir(results.path("out")).unwrap();
        duckdb(&results.python, &results.path("out"), &database, &sql);
        // The lines of totals are in the first part.
        let split = "CREATE TEMP TABLE whole AS
            SELECT *, ROW_NUMBER() OVER () % 2 = 1 AND CAST(total AS VARCHAR) = '0' AS second FROM 'policies-2.parquet';
            COPY (SELECT * EXCLUDE second FROM whole WHERE NOT second) TO 'parts/part-00000-c000.parquet' (FORMAT PARQUET);
            COPY (SELECT * EXCLUDE second FROM whole WHERE second) TO 'parts/part-00001-c000.parquet' (FORMAT PARQUET);
            COPY (SELECT * EXCLUDE second FROM whole WHERE false) TO 'parts/part-00002-c000.parquet' (FORMAT PARQUET)";
        fs::create_dir_all(results.path("out/parts/_temporary")).unwrap();
        results.change(split);
        fs::remove_file(results.path("out/policies-2.parquet")).unwrap();
        for aside in ["_SUCCESS", ".part-00000-c000.parquet.crc", "_temporary/part-00003.parquet"] {
            fs::write(results.path("out/parts").join(aside), "").unwrap();
        }
        results
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// SQL on the files of results.
    fn change(&self, sql: &str) {
        duckdb(&self.python, &self.path("out"), Path::new(":memory:"), sql);
    }

    fn eval(&self, measures: &[&str]) -> Output {
        let specs = insurance().display().to_string();
        let eval = ["eval", &specs, "--period", "2026-Q3", "--format", "json", "--measures"];
        super::program(&self.python, &[&eval[..], measures].concat()).current_dir(self.folder.path()).output().unwrap()
    }

    /// What is said of results that cannot be used.
    fn refused(&self, code: i32, measures: &[&str], words: &str) {
        let output = self.eval(measures);
        assert_eq!((output.status.code(), scored(&output)), (Some(code), false), "{}", said(&output));
        assert!(said(&output).contains(words), "{words} is not in\n{}", said(&output));
    }
}

/// Folders, parts in them, patterns; packed or not, and without a name that tells what they are.
pub fn parquet_results_and_folders_of_them() {
    let there = Results::new();
    let specs = insurance().display().to_string();
    let local = results(&merit(&there.python, &["eval", &specs, "--period", "2026-Q3", "--format", "json"]));
    assert_eq!(difference(&local, &results(&there.eval(&["out"]))), None);
    let output = there.eval(&["out/*.parquet", "out/parts/part-0000?-*"]);
    assert_eq!(difference(&local, &results(&output)), None);

    fs::rename(there.path("out/policies-1.parquet"), there.path("out/000000_0")).unwrap();
    there.change("COPY (SELECT * FROM 'policies-3.parquet') TO 'policies-3.csv.gz' (HEADER, COMPRESSION gzip)");
    fs::remove_file(there.path("out/policies-3.parquet")).unwrap();
    fs::write(there.path("out/q3.sql"), "what the results are of").unwrap();
    assert_eq!(difference(&local, &results(&there.eval(&["out/"]))), None);

    fs::remove_file(there.path("out/parts/part-00001-c000.parquet")).unwrap();
    there.refused(1, &["out"], "the results in `out/parts` cannot be used: rows are missing");
}

pub fn results_that_are_not_exact_or_not_whole() {
    let there = Results::new();
    there.refused(2, &["nothing-here"], "`nothing-here` cannot be read");
    there.refused(2, &["out/*.orc"], "nothing matches `out/*.orc`");
    fs::create_dir(there.path("empty")).unwrap();
    there.refused(2, &["empty"], "there are no results in the folder `empty`");
    let sums = there.path("out/policies-1.parquet");
    let whole = fs::read(&sums).unwrap();
    fs::write(&sums, &whole[..whole.len() - 5]).unwrap();
    there.refused(2, &["out"], "`out/policies-1.parquet` cannot be read: it is no Parquet file, or damaged");
    fs::write(&sums, whole).unwrap();
    there.change(
        "CREATE TABLE sums AS SELECT * REPLACE (CAST(value_1 AS DOUBLE) AS value_1) FROM 'policies-1.parquet';
         COPY sums TO 'policies-1.parquet' (FORMAT PARQUET)",
    );
    there.refused(2, &["out"], "column `value_1` holds binary fractions, which are not exact");
    there.change(
        "CREATE TABLE sums AS SELECT * REPLACE ([value_1] AS value_1) FROM 'policies-1.parquet';
         COPY sums TO 'policies-1.parquet' (FORMAT PARQUET)",
    );
    there.refused(2, &["out"], "column `value_1` does not hold one value a row");
    let quotes = "merit_plan,merit_statement,value_1\n1,policies 1,\"say \\\"yes\\\"\"\n";
    fs::write(there.path("quotes.csv"), quotes).unwrap();
    there.refused(2, &["quotes.csv"], "a quote `\"` inside of a text stands there once in row 2");
    fs::write(there.path("ragged.csv"), "merit_plan,merit_statement\n1,policies 1,2\n").unwrap();
    there.refused(2, &["ragged.csv"], "row 2 has 3 cells, and the header has 2");
}

/// A shop in which engines have much to get wrong: values of many places, quotes, blanks, days.
const SHOP: &str = r#"company "Shop" { currency CNY }
unit person, people
unit sale, sales
data people "Staff" {
  roster as seller
  file "people.csv"
  row person
  key id
  column id : text
}
data sales "Sales" {
  file "sales.csv"
  row sale
  key sale_no
  dated by day
  column sale_no  : text
  column seller   : people
  column day      : date
  column amount   : CNY
  column rate     : % optional in fraction
  column customer : text
  column remark   : text optional
}
kpi sold "Sold" : CNY {
  value = sum(amount of sales)
  higher is better
}
kpi weighted "Weighted" : CNY {
  value = sum(amount * (rate default 0) * (rate default 0) of sales)
  higher is better
}
kpi customers "Customers" : number {
  value = count distinct(customer of sales) as number
  higher is better
}
kpi usual "Usual" : CNY {
  value = median(amount of sales)
  higher is better
}
kpi first_day "First day" : number {
  value = days_between(min(day of sales), period.end) / 1 day
  higher is better
}
kpi praised "Praised" : number {
  value = if latest(remark of sales) = "a \"good\", fair one" then 1 else 0
  higher is better
}
position seller "Seller" {
  scope own
  scorecard {
    equal sold       score linear 0 CNY -> 0, 1_000 CNY -> 100
    equal weighted   score linear 0 CNY -> 0, 1_000 CNY -> 100
    equal customers  score linear 0 -> 0, 10 -> 100
    equal usual      score linear 0 CNY -> 0, 1_000 CNY -> 100
    equal first_day  score linear 0 -> 0, 100 -> 100
    equal praised    score linear 0 -> 0, 1 -> 100
  }
}
"#;

const SALES: &str = r#"sale_no,seller,day,amount,rate,customer,remark
S1,P1,2026-07-01,100.25,0.000001,C1,"a ""good"", fair one"
S2,P1,2026-07-02,0.01,,C2,back\slash
S3,P2,2026-08-03,30.10,0.2,C1,
S4,P2,2026-08-04,0,0,"C,3","a ""good"", fair one"
S5,P3,2026-08-05,-0.5,0.000002,C1,""""
"#;

/// What Spark's own command line leaves behind is taken as it comes.
pub fn folders_that_spark_sql_leaves_behind() {
    let python = python(&[Spark]);
    let spark = python.with_file_name("spark-sql");
    if !spark.exists() {
        not_here(&format!("`{}`", spark.display()), "bash .ci/engines");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("data")).unwrap();
    fs::write(path("shop.merit"), SHOP).unwrap();
    fs::write(path("data/people.csv"), "id\nP1\nP2\nP3\n").unwrap();
    fs::write(path("data/sales.csv"), SALES).unwrap();
    let run = |arguments: &[&str]| {
        let arguments = [&arguments[..1], &["--period", "2026-Q3"], &arguments[1..]].concat();
        let output = super::program(&python, &arguments).current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        output
    };
    let table = "CREATE TEMPORARY VIEW raw USING csv OPTIONS ('path' 'data/sales.csv', 'header' 'true', 'escape' '\"');\n\
         CREATE TEMPORARY VIEW sales AS SELECT sale_no, seller, CAST(day AS DATE) AS day, \
         CAST(amount AS DECIMAL(12, 2)) AS amount, CAST(rate AS DECIMAL(12, 6)) AS rate, customer, remark FROM raw;\n";
    let sql = utf8(&run(&["sql", "--dialect", "spark", "--tables", "sales"]).stdout).to_string();
    fs::write(path("all.sql"), format!("{table}{sql}")).unwrap();
    let bin = format!("{}:{}", spark.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(&spark);
    command.args(["--master", "local[2]", "-f", "all.sql"]).env("PATH", bin).env("SPARK_LOCAL_IP", "127.0.0.1");
    for setting in ["sql.catalogImplementation=in-memory", "ui.enabled=false", "sql.shuffle.partitions=2"] {
        command.args(["--conf", &format!("spark.{setting}")]);
    }
    let output = command.current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", utf8(&output.stderr));
    assert!(path("sales-checks.parquet/_SUCCESS").exists());
    // As if it were too old.
    assert_eq!(sql.matches("AS INT) < 4 THEN").count(), 1);
    fs::write(path("all.sql"), sql.replace("AS INT) < 4 THEN", "AS INT) < 99 THEN")).unwrap();
    let output = command.output().unwrap();
    let told = format!("{}{}", utf8(&output.stdout), utf8(&output.stderr));
    assert!(!output.status.success() && told.contains("the statements are made for Spark 4.0 and newer"), "{told}");
    let local = results(&run(&["eval", "--format", "json"]));
    assert!(local.contains("0.00000000010025"), "{local}");
    let folders: Vec<String> = glob::glob(&path("*.parquet").display().to_string())
        .unwrap()
        .map(|path| path.unwrap().display().to_string())
        .collect();
    let measures: Vec<&str> = folders.iter().map(String::as_str).collect();
    let each = run(&[&["eval", "--format", "json", "--measures"], &measures[..]].concat());
    assert_eq!(difference(&local, &results(&each)), None);
    // All of them by the folder that they are in; the tables in `data` are none of them.
    fs::create_dir(path("out")).unwrap();
    for folder in &folders {
        let folder = Path::new(folder);
        fs::rename(folder, path("out").join(folder.file_name().unwrap())).unwrap();
    }
    assert_eq!(difference(&local, &results(&run(&["eval", "--format", "json", "--measures", "out"]))), None);
}
