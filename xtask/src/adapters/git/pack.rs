//! Writes many objects as one pack and its index (formats: gitformat-pack(5)), compressed on all threads.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "packs are written here: libgit2's own writer takes ten times as long"
)]

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use git2::{ObjectType, Oid};
use rayon::prelude::*;
use sha1::{Digest, Sha1};

use super::super::{failing, faults};
use super::object::NewObject;
use crate::failure::Failure;

/// Speed over size: level 6 takes three times as long for a quarter less (measured on manifests).
const LEVEL: u32 = 1;
const PACK_VERSION: u32 = 2;
const INDEX_VERSION: u32 = 2;
const INDEX_MAGIC: [u8; 4] = [0xff, b't', b'O', b'c'];
/// Offsets from here on go into the index's second table.
const LARGE_OFFSET: u64 = 1 << 31;

/// Writes a pack of these objects, each named once, and its index. A crash leaves nothing that git would read:
/// the index, by which git finds a pack, gets its name last.
pub(super) fn write(folder: &Path, objects: &[NewObject]) -> Result<(), Failure> {
    write_files(folder, objects)
        .map_err(|error| failing::disk(format!("could not write a pack to `{}`", folder.display()), &error))
}

fn write_files(folder: &Path, objects: &[NewObject]) -> io::Result<()> {
    let packed: Vec<Packed> = objects
        .par_iter()
        .map_init(Deflater::new, |deflater, object| pack(object, deflater))
        .collect::<io::Result<_>>()?;
    fs::create_dir_all(folder)?;
    let mut temporary = Temporary::default();
    let file = temporary.create(folder, "tmp_pack")?;
    let (file, rows, name) = write_pack(file, packed)?;
    file.sync_all()?;
    let mut file = temporary.create(folder, "tmp_idx")?;
    file.write_all(&index(rows, &name))?;
    file.sync_all()?;
    temporary.rename(folder, &hex(&name))?;
    File::open(folder)?.sync_all()
}

/// An object as it stands in a pack.
struct Packed {
    id: Oid,
    bytes: Vec<u8>,
    checksum: u32,
}

fn pack(object: &NewObject, deflater: &mut Deflater) -> io::Result<Packed> {
    let mut bytes = entry_header(object.kind, object.bytes.len());
    deflater.deflate_onto(&mut bytes, &[&object.bytes])?;
    let mut checksum = Crc::new();
    checksum.update(&bytes);
    Ok(Packed {
        id: object.id,
        checksum: checksum.sum(),
        bytes,
    })
}

/// Type and size: three bits of type and four of size, then seven of size a byte, the lowest first.
fn entry_header(kind: ObjectType, size: usize) -> Vec<u8> {
    let kind = match kind {
        ObjectType::Commit => 1,
        ObjectType::Tree => 2,
        ObjectType::Tag => 4,
        _ => 3,
    };
    let mut byte = (kind << 4) | low_bits(size, 4);
    let mut size = size >> 4;
    let mut header = Vec::with_capacity(8);
    while size > 0 {
        header.push(byte | 0x80);
        byte = low_bits(size, 7);
        size >>= 7;
    }
    header.push(byte);
    header
}

fn low_bits(value: usize, bits: u32) -> u8 {
    u8::try_from(value & ((1 << bits) - 1)).expect("at most seven bits are asked for")
}

/// A row of the index.
struct Row {
    id: Oid,
    checksum: u32,
    offset: u64,
}

type Checksum = [u8; 20];

fn write_pack(file: File, packed: Vec<Packed>) -> io::Result<(File, Vec<Row>, Checksum)> {
    let mut digest = Sha1::new();
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let mut header = b"PACK".to_vec();
    header.extend(PACK_VERSION.to_be_bytes());
    header.extend(count(packed.len())?.to_be_bytes());
    digest.update(&header);
    file.write_all(&header)?;
    let mut offset = header.len() as u64;
    let mut rows = Vec::with_capacity(packed.len());
    for object in packed {
        digest.update(&object.bytes);
        file.write_all(&object.bytes)?;
        rows.push(Row {
            id: object.id,
            checksum: object.checksum,
            offset,
        });
        offset += object.bytes.len() as u64;
    }
    let checksum: Checksum = digest.finalize().into();
    file.write_all(&checksum)?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok((file, rows, checksum))
}

fn index(mut rows: Vec<Row>, pack: &Checksum) -> Vec<u8> {
    rows.sort_by_key(|row| row.id);
    let mut bytes = Vec::with_capacity(1100 + rows.len() * 28);
    bytes.extend(INDEX_MAGIC);
    bytes.extend(INDEX_VERSION.to_be_bytes());
    for first in 0..=u8::MAX {
        // How many ids start with this byte or a lower one.
        let below = rows.partition_point(|row| row.id.as_bytes()[0] <= first);
        bytes.extend(u32::try_from(below).unwrap_or(u32::MAX).to_be_bytes());
    }
    for row in &rows {
        bytes.extend(row.id.as_bytes());
    }
    for row in &rows {
        bytes.extend(row.checksum.to_be_bytes());
    }
    let mut large = Vec::new();
    for row in &rows {
        let short = u32::try_from(row.offset).ok().filter(|_| row.offset < LARGE_OFFSET);
        let short = short.unwrap_or_else(|| {
            large.push(row.offset);
            (1 << 31) | u32::try_from(large.len() - 1).unwrap_or(u32::MAX)
        });
        bytes.extend(short.to_be_bytes());
    }
    for offset in large {
        bytes.extend(offset.to_be_bytes());
    }
    bytes.extend(pack);
    let checksum = Sha1::digest(&bytes);
    bytes.extend(checksum);
    bytes
}

fn count(objects: usize) -> io::Result<u32> {
    u32::try_from(objects).map_err(|_| io::Error::other("more objects than a pack can hold"))
}

fn hex(checksum: &Checksum) -> String {
    checksum.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The two files while they have no name that git looks for; gone with this value unless renamed.
#[derive(Default)]
struct Temporary(Vec<PathBuf>);

impl Temporary {
    fn create(&mut self, folder: &Path, prefix: &str) -> io::Result<File> {
        let (path, file) = temporary_file(folder, prefix)?;
        self.0.push(path);
        Ok(file)
    }

    fn rename(&mut self, folder: &Path, name: &str) -> io::Result<()> {
        for (path, ending) in self.0.iter().zip(["pack", "idx"]) {
            faults::moment();
            fs::rename(path, folder.join(format!("pack-{name}.{ending}")))?;
        }
        self.0.clear();
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        for path in &self.0 {
            // Best effort: `git gc` removes files of these names too.
            let _ = fs::remove_file(path);
        }
    }
}

/// Makes a file that nobody else has, read-only for later openers as git's objects are.
pub(super) fn temporary_file(folder: &Path, prefix: &str) -> io::Result<(PathBuf, File)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{prefix}_{}_{number}", std::process::id()));
        let made = OpenOptions::new().write(true).create_new(true).mode(0o444).open(&path);
        match made {
            // Left behind by a killed process whose id came round again.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (path, file)),
        }
    }
}

/// A zlib compressor that is used again, since making one clears a quarter of a megabyte.
pub(super) struct Deflater(Compress);

impl Deflater {
    pub fn new() -> Deflater {
        Deflater(Compress::new(Compression::new(LEVEL), true))
    }

    /// The zlib stream of these pieces, one after the other.
    pub fn deflate(&mut self, pieces: &[&[u8]]) -> io::Result<Vec<u8>> {
        let mut output = Vec::new();
        self.deflate_onto(&mut output, pieces)?;
        Ok(output)
    }

    fn deflate_onto(&mut self, output: &mut Vec<u8>, pieces: &[&[u8]]) -> io::Result<()> {
        self.0.reset();
        let size: usize = pieces.iter().map(|piece| piece.len()).sum();
        output.reserve(size / 2 + 128);
        for piece in pieces {
            self.feed(piece, output, FlushCompress::None)?;
        }
        self.feed(&[], output, FlushCompress::Finish)
    }

    fn feed(&mut self, mut input: &[u8], output: &mut Vec<u8>, flush: FlushCompress) -> io::Result<()> {
        loop {
            let before = self.0.total_in();
            let status = self.0.compress_vec(input, output, flush)?;
            let taken = usize::try_from(self.0.total_in() - before).unwrap_or(input.len());
            input = &input[taken..];
            let finished = match flush {
                FlushCompress::Finish => status == Status::StreamEnd,
                _ => input.is_empty(),
            };
            if finished {
                return Ok(());
            }
            output.reserve(output.capacity().max(256));
        }
    }
}
