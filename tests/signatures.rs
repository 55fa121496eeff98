//! Closings signed with keys of SSH. Who has no OpenSSH has these tests ignored.

#![deny(dead_code)] // a test that is not in the table

#[macro_use]
#[path = "support/harness.rs"]
mod harness;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const SPEC: &str = "company \"Shop\" { currency CNY }

data people \"Staff\" {
  roster as seller
  file \"staff.csv\"
  row person
  key id
  column id   : text
  column sold : CNY
}

position seller \"Seller\" {
  output commission \"Commission\" : CNY in full = 10% * person.sold
}
";

/// A shop, and a key of each kind that people have.
fn shop(kinds: &[&[&str]]) -> tempfile::TempDir {
    harness::need("ssh", "-V", "apt-get install openssh-client");
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("shop/a.merit", SPEC);
    write("shop/data/staff.csv", "id,sold\nP1,1000\n");
    for (at, kind) in kinds.iter().enumerate() {
        let key = format!("key{at}");
        let run = Command::new("ssh-keygen")
            .args(["-q", "-N", "", "-C", "somebody", "-f", &key, "-t"])
            .args(*kind)
            .current_dir(folder.path())
            .status();
        assert!(run.unwrap().success(), "{kind:?}");
    }
    folder
}

const ED: &[&str] = &["ed25519"];

fn merit(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_merit")).args(arguments).current_dir(folder).output().unwrap()
}

fn told(folder: &Path, arguments: &[&str], exit: i32) -> String {
    let run = merit(folder, arguments);
    let said = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
    assert_eq!(run.status.code(), Some(exit), "{arguments:?}: {said}");
    said
}

fn close(folder: &Path, month: u32, more: &[&str]) -> String {
    let (period, on) = (format!("2026-{month:02}"), format!("2026-{:02}-05", month + 1));
    told(folder, &[&["close", "shop", "--period", &period, "--by", "Wang Fang", "--on", &on][..], more].concat(), 0)
}

/// A line of a list of signers.
fn line(folder: &Path, names: &str, key: &str) -> String {
    format!("{names} {}", fs::read_to_string(folder.join(format!("{key}.pub"))).unwrap())
}

/// What is said of each closing's signature.
fn judged(folder: &Path, signers: &str, exit: i32) -> Vec<Value> {
    fs::write(folder.join("signers"), signers).unwrap();
    let said = told(folder, &["verify", "shop", "--signers", "signers", "--chain-only", "--format", "json"], exit);
    let document: Value = serde_json::from_str(&said).unwrap();
    document["closings"].as_array().unwrap().iter().map(|one| one["signed"].clone()).collect()
}

fn fault(signed: &Value) -> &str {
    signed["fault"].as_str().unwrap_or_else(|| panic!("{signed}"))
}

/// Of every kind that `ssh-keygen` makes by itself.
fn who_signed_is_told() {
    let kinds: [&[&str]; 5] = [ED, &["ecdsa", "-b", "256"], &["ecdsa", "-b", "384"], &["ecdsa", "-b", "521"], &["rsa"]];
    let folder = shop(&kinds);
    let folder = folder.path();
    let mut list = "# Those who close.\n\n".to_string();
    for at in 0..kinds.len() {
        let key = format!("key{at}");
        let said = close(folder, 1 + at as u32, &["--sign", &key]);
        assert!(said.contains(&format!("Signed     shop/closed/2026-{:02}.1.json.sig", at + 1)), "{said}");
        list += &line(folder, &format!("somebody{at}@example.com"), &key);
    }
    for (at, signed) in judged(folder, &list, 0).iter().enumerate() {
        assert_eq!(signed["by"], format!("somebody{at}@example.com"), "{signed}");
        assert!(signed["key"].as_str().unwrap().contains(" SHA256:"), "{signed}");
    }
    // The program of the keys says the same.
    let closing = fs::File::open(folder.join("shop/closed/2026-01.1.json")).unwrap();
    let by = ["-Y", "verify", "-f", "signers", "-I", "somebody0@example.com", "-n", "merit"];
    let run = Command::new("ssh-keygen")
        .args(by)
        .args(["-s", "shop/closed/2026-01.1.json.sig"])
        .current_dir(folder)
        .stdin(closing)
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let said = told(folder, &["verify", "shop", "--signers", "signers"], 0);
    assert!(said.contains("signed by somebody1@example.com, ecdsa-sha2-nistp256\n    SHA256:"), "{said}");
}

fn what_does_not_count_is_told() {
    let folder = shop(&[ED, ED]);
    let folder = folder.path();
    let place = |name: &str| folder.join("shop/closed").join(name);
    close(folder, 1, &["--sign", "key0"]);
    close(folder, 2, &["--sign", "key1"]);
    close(folder, 3, &[]);
    close(folder, 4, &["--sign", "key0"]);
    let (one, other) = (line(folder, "wang@example.com", "key0"), line(folder, "li@example.com", "key1"));
    // Somebody unknown, and nobody.
    let found = judged(folder, &one, 1);
    assert_eq!(found[0]["by"], "wang@example.com");
    assert!(fault(&found[1]).starts_with("it is signed with a key of none of the signers, ssh-ed25519 SHA256:"));
    assert_eq!(fault(&found[2]), "it is not signed");
    // Signed later, as with any other file; and for something else.
    let sign = |name: &str, namespace: &str| {
        let _ = fs::remove_file(place(&format!("{name}.sig")));
        let mut run = Command::new("ssh-keygen");
        run.args(["-q", "-Y", "sign", "-f", "key0", "-n", namespace]).arg(place(name)).current_dir(folder);
        assert!(run.output().unwrap().status.success());
    };
    sign("2026-03.1.json", "merit");
    assert_eq!(judged(folder, &format!("{one}{other}"), 0)[2]["by"], "wang@example.com");
    sign("2026-03.1.json", "file");
    assert_eq!(fault(&judged(folder, &one, 1)[2]), "its signature is one for `file`, and not for `merit`");
    // The signature of another closing, and none at all.
    fs::copy(place("2026-01.1.json.sig"), place("2026-03.1.json.sig")).unwrap();
    assert_eq!(fault(&judged(folder, &one, 1)[2]), "its signature is of another file");
    fs::write(place("2026-03.1.json.sig"), "signed, Wang Fang\n").unwrap();
    assert_eq!(fault(&judged(folder, &one, 1)[2]), "its signature cannot be read");
    sign("2026-03.1.json", "merit");
    // Every byte of it counts.
    let whole = fs::read(place("2026-01.1.json.sig")).unwrap();
    for at in (40..whole.len() - 40).step_by(23).filter(|at| whole[*at] != b'\n') {
        let mut bytes = whole.clone();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        fs::write(place("2026-01.1.json.sig"), &bytes).unwrap();
        let found = judged(folder, &format!("{one}{other}"), 1);
        assert!(found[0]["fault"].is_string(), "byte {at}: {}", found[0]);
    }
    fs::write(place("2026-01.1.json.sig"), &whole).unwrap();
}

/// What a line of signers says of a key is obeyed, and what is not known there is refused.
fn lists_of_signers_are_obeyed() {
    let folder = shop(&[ED]);
    let folder = folder.path();
    close(folder, 1, &["--sign", "key0"]);
    close(folder, 6, &["--sign", "key0"]);
    let with = |options: &str| line(folder, &format!("\"wang@example.com,fang@example.com\" {options}"), "key0");
    let good = |options: &str| judged(folder, &with(options), 0);
    assert_eq!(good("")[0]["by"], "wang@example.com,fang@example.com");
    for options in
        ["namespaces=\"merit\"", "namespaces=\"git,mer*\",valid-after=\"20260205\"", "valid-before=\"202607060000Z\""]
    {
        good(options);
    }
    let found = judged(folder, &with("namespaces=\"git\""), 1);
    assert_eq!(fault(&found[0]), "wang@example.com,fang@example.com may not sign for `merit`");
    // Closed on 5 February and 5 July.
    let found = judged(folder, &with("valid-after=\"20260701\""), 1);
    assert_eq!(fault(&found[0]), "the key of wang@example.com,fang@example.com did not count on 2026-02-05");
    assert!(found[1]["fault"].is_null());
    let found = judged(folder, &with("valid-before=\"20260701\""), 1);
    assert!(found[0]["fault"].is_null() && found[1]["fault"].is_string());
    // Another line may allow it.
    judged(folder, &(with("valid-before=\"20260701\"") + &with("valid-after=\"20260701\"")), 0);
    for (list, said) in [
        (with("cert-authority"), "line 1: the option `cert-authority` is not known here"),
        ("wang@example.com\n".to_string(), "line 1: it is no name, options and key of SSH"),
        ("# nobody\n".to_string(), "nobody is in it"),
        ("wang ssh-ed25519 AAAA\n".to_string(), "line 1: its key cannot be read"),
    ] {
        fs::write(folder.join("signers"), list).unwrap();
        let answer = told(folder, &["verify", "shop", "--signers", "signers"], 2);
        assert!(answer.contains(said), "{answer}");
    }
    let answer = told(folder, &["verify", "shop", "--signers", "nowhere"], 2);
    assert!(answer.contains("the signers in `nowhere` cannot be read"), "{answer}");
}

/// Who cannot sign has closed nothing.
fn without_a_signature_nothing_is_closed() {
    let folder = shop(&[]);
    let folder = folder.path();
    let by = ["close", "shop", "--period", "2026-01", "--by", "x", "--on", "2026-02-05", "--sign", "nowhere"];
    let said = told(folder, &by, 2);
    assert!(said.contains("the closing is not signed with `nowhere`"), "{said}");
    let left: Vec<String> = fs::read_dir(folder.join("shop/closed"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("2026"))
        .collect();
    assert_eq!(left, [""; 0]);
}

tests! {
    who_signed_is_told,
    what_does_not_count_is_told,
    lists_of_signers_are_obeyed,
    without_a_signature_nothing_is_closed,
}
