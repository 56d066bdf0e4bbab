//! The folders that git's index speaks of, found in one pass over its ordered paths.

use super::index_file::IndexEntry;

/// Every folder that holds tracked files, each before those inside it.
pub(super) struct Tracked<'a> {
    entries: &'a [IndexEntry],
    listings: Vec<Listing<'a>>,
}

/// What stands in one folder.
#[derive(Default)]
struct Listing<'a> {
    /// With a final `/`; `""` is the root.
    path: &'a [u8],
    above: usize,
    files: Vec<&'a IndexEntry>,
    folders: Vec<usize>,
}

/// A folder of them.
#[derive(Clone, Copy)]
pub(super) struct Folder<'a> {
    tracked: &'a Tracked<'a>,
    at: usize,
}

impl<'a> Tracked<'a> {
    /// The folders of these files, which are ordered by path.
    pub fn new(entries: &'a [IndexEntry]) -> Tracked<'a> {
        let mut listings = vec![Listing::default()];
        let mut at = 0;
        for entry in entries {
            while !entry.path.starts_with(listings[at].path) {
                at = listings[at].above;
            }
            let mut start = listings[at].path.len();
            while let Some(slash) = entry.path[start..].iter().position(|byte| *byte == b'/') {
                start += slash + 1;
                let new = listings.len();
                listings[at].folders.push(new);
                listings.push(Listing {
                    path: &entry.path[..start],
                    above: at,
                    ..Listing::default()
                });
                at = new;
            }
            listings[at].files.push(entry);
        }
        Tracked { entries, listings }
    }

    pub fn root(&self) -> Folder<'_> {
        Folder { tracked: self, at: 0 }
    }
}

impl<'a> Folder<'a> {
    fn listing(self) -> &'a Listing<'a> {
        &self.tracked.listings[self.at]
    }

    /// With a final `/`; `""` is the root.
    pub fn path(self) -> &'a [u8] {
        self.listing().path
    }

    /// Its files, ordered by name.
    pub fn files(self) -> &'a [&'a IndexEntry] {
        &self.listing().files
    }

    /// The folders in it, with their names.
    pub fn folders(self) -> impl ExactSizeIterator<Item = (&'a [u8], Folder<'a>)> {
        let start = self.path().len();
        self.listing().folders.iter().map(move |at| {
            let folder = Folder { at: *at, ..self };
            let path = folder.path();
            (&path[start..path.len() - 1], folder)
        })
    }

    pub fn file(self, name: &[u8]) -> Option<&'a IndexEntry> {
        let start = self.path().len();
        let found = self.files().binary_search_by(|entry| entry.path[start..].cmp(name));
        Some(self.files()[found.ok()?])
    }

    pub fn folder(self, name: &[u8]) -> Option<Folder<'a>> {
        let path = [self.path(), name, b"/"].concat();
        let folders = &self.listing().folders;
        let found = folders.binary_search_by(|at| self.tracked.listings[*at].path.cmp(&path));
        let at = folders[found.ok()?];
        Some(Folder { at, ..self })
    }

    /// The folder at a path without a final `/`; `""` is this one.
    pub fn find(self, path: &str) -> Option<Folder<'a>> {
        path.split('/')
            .filter(|part| !part.is_empty())
            .try_fold(self, |folder, part| folder.folder(part.as_bytes()))
    }

    /// Every tracked file in it and below.
    pub fn all(self) -> &'a [IndexEntry] {
        let (entries, path) = (self.tracked.entries, self.path());
        let start = entries.partition_point(|entry| entry.path.as_slice() < path);
        let length = entries[start..].partition_point(|entry| entry.path.starts_with(path));
        &entries[start..start + length]
    }

    /// Itself and every folder below, each before those inside it, with the place in this list of the one it is in.
    pub fn tree(self) -> Vec<(usize, Folder<'a>)> {
        let listings = &self.tracked.listings;
        let below = (self.at..listings.len()).take_while(|at| listings[*at].path.starts_with(self.path()));
        below
            .map(|at| (listings[at].above.saturating_sub(self.at), Folder { at, ..self }))
            .collect()
    }
}
