//! Long entries, which are written and read piece by piece: a piece has its own checksum, and the end says how many there
//! are, so that an entry that is not whole is none.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;
use twox_hash::XxHash3_128;

use super::bytes::{bytes_of, kept_struct, value_of};
use super::{Cache, Key, place};

const BEGIN: &[u8] = b"merit rows\n";
/// Length and checksum in front of a piece, and behind the end.
const FRAME: usize = 4 + 16;

/// An entry that is being written, by several threads.
pub struct Writing {
    cache: Cache,
    key: Key,
    most: u64,
    open: Mutex<Option<Open>>,
}

struct Open {
    file: BufWriter<NamedTempFile>,
    pieces: u64,
    bytes: u64,
}

/// What stands at the end of an entry.
struct End {
    pieces: u64,
    bytes: u64,
    told: Vec<u8>,
}

kept_struct! { End { pieces, bytes, told } }

fn frame(bytes: &[u8]) -> Option<[u8; FRAME]> {
    let mut frame = [0; FRAME];
    frame[..4].copy_from_slice(&u32::try_from(bytes.len()).ok()?.to_le_bytes());
    frame[4..].copy_from_slice(&XxHash3_128::oneshot(bytes).to_le_bytes());
    Some(frame)
}

impl Cache {
    /// Begins a long entry.
    pub fn begin(&self, key: Key) -> Option<Writing> {
        place::make(&self.folder)?;
        let most = self.most()?;
        let mut file = BufWriter::with_capacity(1 << 18, self.unfinished()?);
        let begin = [BEGIN, &key.0].concat();
        if !place::may_write(begin.len() as u64) {
            return None;
        }
        file.write_all(&begin).ok()?;
        let open = Open { file, pieces: 0, bytes: begin.len() as u64 };
        Some(Writing { cache: self.clone(), key, most, open: Mutex::new(Some(open)) })
    }

    /// Opens a long entry: what was told of it, and its pieces.
    pub fn open(&self, key: &Key) -> Option<(Vec<u8>, Reading)> {
        let path = self.folder.join(key.file());
        let mut file = File::open(&path).ok()?;
        let there = file.metadata().ok().filter(place::is_own)?.len();
        let mut last = [0; FRAME];
        file.seek(SeekFrom::Start(there.checked_sub(FRAME as u64)?)).ok()?;
        file.read_exact(&mut last).ok()?;
        let length = u64::from(length_of(&last));
        let bytes = there.checked_sub(FRAME as u64 + length)?;
        file.seek(SeekFrom::Start(bytes)).ok()?;
        let mut end = vec![0; length as usize];
        file.read_exact(&mut end).ok()?;
        is_sound(&last, &end).then_some(())?;
        let end: End = value_of(&end)?;
        let mut begin = vec![0; BEGIN.len() + key.0.len()];
        file.rewind().ok()?;
        file.read_exact(&mut begin).ok()?;
        if begin.strip_prefix(BEGIN)? != key.0 || end.bytes != bytes {
            return None;
        }
        self.used(&path);
        Some((end.told, Reading { file: BufReader::with_capacity(1 << 18, file), left: end.pieces }))
    }
}

fn length_of(frame: &[u8; FRAME]) -> u32 {
    u32::from_le_bytes([frame[0], frame[1], frame[2], frame[3]])
}

fn is_sound(frame: &[u8; FRAME], bytes: &[u8]) -> bool {
    self::frame(bytes).is_some_and(|sound| sound == *frame)
}

impl Writing {
    /// Adds a piece, in whatever order they come.
    pub fn add(&self, piece: &[u8]) {
        let frame = frame(piece);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // What can no longer be whole is given up.
        let added = open.as_mut().and_then(|open| {
            let after = open.bytes + (FRAME + piece.len()) as u64;
            if after > self.most || !place::may_write(after) {
                return None;
            }
            open.file.write_all(&frame?).ok()?;
            open.file.write_all(piece).ok()?;
            open.pieces += 1;
            open.bytes = after;
            Some(())
        });
        if added.is_none() {
            *open = None;
        }
    }

    /// Puts the entry in its place, if all pieces could be written; `told` comes out when it is opened.
    pub fn finish(&self, told: Vec<u8>) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = open.and_then(|open| self.put_in_place(open, told));
    }

    fn put_in_place(&self, mut open: Open, told: Vec<u8>) -> Option<()> {
        let end = bytes_of(&End { pieces: open.pieces, bytes: open.bytes, told });
        let all = open.bytes + (end.len() + FRAME) as u64;
        if all > self.most || !place::may_write(all) {
            return None;
        }
        open.file.write_all(&end).ok()?;
        open.file.write_all(&frame(&end)?).ok()?;
        let file = open.file.into_inner().ok()?;
        file.persist(self.cache.folder.join(self.key.file())).ok()?;
        self.cache.tidy(self.most, &self.key);
        Some(())
    }
}

/// A long entry that is read.
pub struct Reading {
    file: BufReader<File>,
    left: u64,
}

/// What a piece must be.
#[derive(Clone, Copy)]
pub struct Sum([u8; FRAME]);

impl Sum {
    pub fn is_of(&self, piece: &[u8]) -> bool {
        is_sound(&self.0, piece)
    }
}

impl Reading {
    /// How many pieces are still to come.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next piece, which is still to be compared with its sum. Errors: it cannot be read.
    pub fn next(&mut self, piece: &mut Vec<u8>) -> io::Result<Option<Sum>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut frame = [0; FRAME];
        self.file.read_exact(&mut frame)?;
        piece.clear();
        let length = u64::from(length_of(&frame));
        match (&mut self.file).take(length).read_to_end(piece)? {
            read if read as u64 == length => Ok(Some(Sum(frame))),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn all(cache: &Cache, key: &Key) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
        let (told, mut reading) = cache.open(key)?;
        let (mut pieces, mut piece) = (Vec::new(), Vec::new());
        while let Some(sum) = reading.next(&mut piece).ok()? {
            sum.is_of(&piece).then_some(())?;
            pieces.push(piece.clone());
        }
        Some((told, pieces))
    }

    #[test]
    fn pieces_come_out_as_they_were_put_in_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path().to_path_buf());
        let key = Key::of("test", b"a");
        let pieces: Vec<Vec<u8>> = vec![vec![1, 2, 3], Vec::new(), (0..=255).collect()];
        let begin = || {
            let writing = cache.begin(key).unwrap();
            pieces.iter().for_each(|piece| writing.add(piece));
            writing
        };
        drop(begin());
        assert!(cache.open(&key).is_none(), "not finished");
        begin().finish(b"told".to_vec());
        assert_eq!(all(&cache, &key), Some((b"told".to_vec(), pieces.clone())));
        let path = folder.path().join(key.file());
        let sound = fs::read(&path).unwrap();
        for at in 0..sound.len() {
            let mut damaged = sound.clone();
            damaged[at] ^= 1 << (at % 8);
            fs::write(&path, &damaged).unwrap();
            assert_eq!(all(&cache, &key), None, "byte {at}");
            fs::write(&path, &sound[..at]).unwrap();
            assert_eq!(all(&cache, &key), None, "{at} bytes");
        }
        let small = cache.clone().at_most(300);
        let other = Key::of("test", b"b");
        let writing = small.begin(other).unwrap();
        pieces.iter().for_each(|piece| writing.add(piece));
        writing.finish(Vec::new());
        assert!(cache.open(&other).is_none(), "more than may be kept");
    }
}
