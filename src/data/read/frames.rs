//! Zstandard as tools write it: one frame behind the other, some of them empty or to be skipped, each with its check sum.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Unpacks all frames of what it reads.
pub struct Frames<R> {
    input: R,
    decoder: FrameDecoder,
    /// Whether a frame is open, and how many bytes it has given so far.
    open: bool,
    given: u64,
}

impl<R: BufRead> Frames<R> {
    pub fn new(input: R) -> Frames<R> {
        Frames { input, decoder: FrameDecoder::new(), open: false, given: 0 }
    }

    /// Opens the next frame; whether there is one.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.input.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.init(&mut self.input) {
                Ok(()) => {
                    (self.open, self.given) = (true, 0);
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    if io::copy(&mut (&mut self.input).take(length), &mut io::sink())? < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::BadMagicNumber(_))) => {
                    return Err(io::Error::other("behind what is packed stand other bytes"));
                }
                Err(FrameDecoderError::DictNotProvided { .. }) => {
                    return Err(io::Error::other("it was packed with a dictionary, which is not there"));
                }
                Err(_) => return Err(broken()),
            }
        }
    }

    /// Looks whether the frame that has ended is what was packed.
    fn close(&mut self) -> io::Result<()> {
        self.open = false;
        // A size of 0 stands where none was written, too.
        let size = self.decoder.content_size();
        let sums =
            self.decoder.get_checksum_from_data().map(|told| (Some(told), self.decoder.get_calculated_checksum()));
        if sums.is_some_and(|(told, found)| told != found) || size != 0 && size != self.given {
            return Err(io::Error::other("its check sum is wrong"));
        }
        Ok(())
    }
}

fn broken() -> io::Error {
    io::Error::other("what is packed breaks off, or has been changed")
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.open && !self.next_frame()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let block = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.input, block).map_err(|_| broken())?;
            }
            let read = self.decoder.read(buffer)?;
            self.given += read as u64;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            if self.decoder.is_finished() {
                self.close()?;
            }
        }
    }
}
