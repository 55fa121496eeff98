//! `merit verify`

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::again::{beside_files, documents, gone, read_as, specs_of};
use super::args::VerifyArgs;
use super::choices::ClosingForm;
use super::closings::{Closings, chain, folder, shown};
use super::exit::{Exit, Failure};
use super::open::data_folder;
use super::provenance::of_verified;
use super::{cache, machine, out, terminal};
use crate::data::take_seed;
use crate::ledger::chain::{Chain, Fault, LIST, Link};
use crate::ledger::closing::{Front, Head, Parts};
use crate::ledger::inputs::Places;
use crate::ledger::put::{KEPT, signature_of};
use crate::ledger::signature::Signers;
use crate::ledger::standing::{self, Document, behind_provenance, differences, says_all_of};
use crate::ledger::table::table_fault;
use crate::ledger::verify::{Again, KeptHead, OfClosing, Verified};
use crate::project;
use crate::provenance::{self, file_hash};
use crate::visible::Form;

pub fn run(args: &VerifyArgs) -> Result<Exit, Failure> {
    let json_wanted = args.format == ClosingForm::Json;
    if json_wanted {
        machine::know(of_verified(args));
    }
    cache::of(&args.read.cache)?.iter().for_each(take_seed);
    let (folder, folders) = closings_of(&args.specs.paths)?;
    let (chain, mut faults) = chain(&folder)?;
    if chain.links.is_empty() && faults.is_empty() {
        return Err(Failure::with_help(
            format_args!("nothing is closed here: there is no `{}`", shown(&folder, LIST)),
            "`merit close` closes a period",
        ));
    }
    let checked = chain.check();
    faults.extend(checked.faults);
    if faults.is_empty() {
        faults.extend(table_fault(&chain).unwrap_or_default());
    }
    let data = match (&args.read.data, args.chain_only) {
        (_, true) => None,
        (Some(_), false) => Some(data_folder(args.read.data.as_deref(), &folders)?),
        (None, false) => data_folder(None, &folders).ok(),
    };
    let places = Places::new(data, &folder);
    if !args.chain_only {
        faults.extend(of_kept(&folder));
    }
    let signers = args.signers.as_deref().map(signers).transpose()?;
    let mut closings = Vec::new();
    for (link, head) in chain.links.iter().zip(&checked.heads) {
        closings.push(closing((args, signers.as_ref()), &chain, link, head.as_ref(), &places)?);
    }
    let kept_head = args.head.as_ref().map(|sha256| {
        let at = chain.links.iter().position(|link| link.sha256 == *sha256);
        KeptHead {
            sha256: sha256.clone(),
            closing: at.map(|at| chain.links[at].file()),
            behind: at.map_or(0, |at| chain.links.len() - 1 - at),
        }
    });
    let verified = Verified {
        folder: folder.display().to_string().replace('\\', "/"),
        bytes: checked.bytes,
        head: chain.head().map(str::to_string),
        kept_head,
        closings,
        unlisted: chain.listed < chain.links.len() && faults.is_empty(),
        faults,
    };
    let (text, form) = match args.format {
        ClosingForm::Text => {
            let look = terminal::stdout(args.color.color);
            (verified.text(look, provenance::program()), Form::Text { colored: look.color })
        }
        ClosingForm::Json => (verified.json(&of_verified(args)), Form::Json),
    };
    out::print(&text, form, "what was verified")?;
    Ok(if verified.is_sound() { Exit::Clean } else { Exit::Findings })
}

/// The folder of closings, and the folders of the specs. Who has closings and no specs names their folder.
pub(super) fn closings_of(paths: &[PathBuf]) -> Result<(PathBuf, Vec<PathBuf>), Failure> {
    if let [path] = paths {
        let above = |path: &Path| path.parent().map(Path::to_path_buf).into_iter().collect();
        if path.join(LIST).is_file() {
            return Ok((path.clone(), above(path)));
        }
        let own = folder(std::slice::from_ref(path));
        if path.is_dir() && own.join(LIST).is_file() {
            return Ok((own, paths.to_vec()));
        }
    }
    let project = project::open_one(paths)?;
    Ok((folder(&project.folders), project.folders))
}

/// The list of those who may sign.
fn signers(path: &Path) -> Result<Signers, Failure> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::with_help(
            format_args!("the signers in `{shown}` cannot be read: {error}"),
            "name a file as `ssh-keygen` takes it, with lines such as `wang@example.com ssh-ed25519 AAAA…`",
        )
    })?;
    Signers::read(&text).map_err(|why| Failure::new(format_args!("the signers in `{shown}` cannot be read: {why}")))
}

/// Files that are kept, and are not those by whose hash they are called.
fn of_kept(folder: &Path) -> Vec<Fault> {
    let entries = fs::read_dir(folder.join(KEPT)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    let hashes = crate::parallel::map(names.len(), |at| file_hash(&folder.join(KEPT).join(&names[at])).ok());
    let others = names.into_iter().zip(hashes).filter(|(name, hash)| hash.as_ref() != Some(name));
    others
        .map(|(name, _)| Fault {
            file: format!("{KEPT}/{name}"),
            what: "what is kept there is not the file by whose SHA-256 it is called".to_string(),
        })
        .collect()
}

/// What became of one closing.
fn closing(
    (args, signers): (&VerifyArgs, Option<&Signers>),
    chain: &Chain,
    link: &Link,
    head: Option<&Head>,
    places: &Places,
) -> Result<OfClosing, Failure> {
    let mut told = OfClosing {
        file: link.file(),
        sha256: link.sha256.clone(),
        head: head.cloned(),
        people: None,
        program: None,
        signed: None,
        again: None,
        changed: Vec::new(),
    };
    let Some(head) = head.filter(|_| !args.chain_only || signers.is_some()) else { return Ok(told) };
    let bytes = fs::read(chain.place(link)).unwrap_or_default();
    let signature = || fs::read(signature_of(&chain.place(link))).ok();
    told.signed = signers.map(|signers| signers.judge(&bytes, signature().as_deref(), head.day()));
    if args.chain_only {
        return Ok(told);
    }
    let parts = Parts::of(&bytes);
    let read = parts.as_ref().and_then(|parts| Some((parts.front()?, Document::read(parts.results)?, parts.results)));
    let Some((front, document, results)) = read else {
        told.again = Some(Again::Not("its results are in a form that this program does not know".to_string()));
        return Ok(told);
    };
    told.people = Some(document.people.len());
    told.program = Some(document.provenance.program());
    told.changed = places.changed(&document.provenance.data.files);
    // What it read of closings was there before it.
    let first = chain.links.iter().position(|one| one == link).unwrap_or(0);
    let closings = Closings::first(chain.folder.clone(), first);
    told.again = Some(again(args, &front, &document, results, (places, closings))?);
    Ok(told)
}

fn again(
    args: &VerifyArgs,
    front: &Front,
    document: &Document,
    results: &[u8],
    (places, closings): (&Places, Closings),
) -> Result<Again, Failure> {
    let made = &document.provenance;
    if let Some(why) = beside_files(made) {
        return Ok(Again::Not(why));
    }
    let failed = |error| Failure::new(format_args!("the data files cannot be laid out: {error}"));
    let Some(laid) = places.as_it_was(&made.data.files).map_err(failed)? else {
        let gone_now = places.changed(&made.data.files).iter().filter(|changed| !changed.kept).count();
        return Ok(Again::Not(gone(gone_now)));
    };
    let Some(period) = front.closing.period() else { return Ok(Again::Not("it names no period".to_string())) };
    let project = specs_of(&front.specs);
    let documents =
        documents(&project, &[period], laid.data.clone(), (&read_as(made, &args.read), closings), &|_| None)?;
    let Some(now) = (match documents {
        Ok(mut documents) => documents.pop(),
        Err(why) => return Ok(Again::Not(why)),
    }) else {
        return Ok(Again::Not("nobody is evaluated".to_string()));
    };
    if behind_provenance(&now) == behind_provenance(results) {
        return Ok(Again::Identical);
    }
    let Some(document_now) = Document::read(&now) else { return Ok(Again::DiffersBehind) };
    let differ = differences(&standing::results(document), &standing::results(&document_now));
    if !differ.is_empty() {
        return Ok(Again::Differs(differ));
    }
    let value = |bytes: &[u8]| -> Option<Value> {
        let mut value: Value = serde_json::from_slice(bytes).ok()?;
        value.as_object_mut()?.remove("provenance");
        Some(value)
    };
    let says_all = value(&now).zip(value(results)).is_some_and(|(now, before)| says_all_of(&now, &before));
    Ok(if says_all { Again::SaysMore } else { Again::DiffersBehind })
}
