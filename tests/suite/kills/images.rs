//! What a disk keeps when the power fails. Comes in: a folder as it was, and the changes that a program asked for. Goes out: the
//! folder as it may be after, where any of the changes that nobody waited for may be missing.
//!
//! A file and its name are two things: what was written is kept once the file was synced, its name once the folder was. What was not
//! synced is kept or not, each by itself and in any order, and of a write perhaps only the first sectors. No disk keeps less.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::leaks::base::Dice;

/// A file or a folder, by number; the first is the workspace.
type Node = usize;
type Name = (Node, String);

#[derive(Debug, Clone)]
enum Content {
    File(Vec<u8>),
    Folder(BTreeMap<String, Node>),
}

#[derive(Debug, Clone)]
pub struct Disk(Vec<Content>);

/// A change of the disk; each names the nodes that have to be synced for it to stay.
#[derive(Debug, Clone)]
enum Change {
    Make { name: Name, node: Node },
    Rename { from: Name, to: Name, node: Node },
    Remove { name: Name, node: Node },
    Write { node: Node, at: usize, bytes: Vec<u8> },
    Cut { node: Node, length: usize },
    Sync { node: Node },
}

const SECTOR_BYTES: usize = 512;

impl Disk {
    /// The folder at `path`, all of it.
    pub fn of(path: &Path) -> Self {
        let mut disk = Self(vec![Content::Folder(BTreeMap::new())]);
        disk.fill(0, path);
        disk
    }

    fn fill(&mut self, folder: Node, path: &Path) {
        for entry in fs::read_dir(path).expect("a folder of ours") {
            let entry = entry.expect("an entry");
            let is_folder = entry.file_type().expect("a kind").is_dir();
            let content = if is_folder {
                Content::Folder(BTreeMap::new())
            } else {
                Content::File(fs::read(entry.path()).expect("a file of ours"))
            };
            let node = self.add(content);
            self.folder(folder).insert(entry.file_name().into_string().expect("plain names"), node);
            if is_folder {
                self.fill(node, &entry.path());
            }
        }
    }

    fn add(&mut self, content: Content) -> Node {
        self.0.push(content);
        self.0.len() - 1
    }

    fn folder(&mut self, node: Node) -> &mut BTreeMap<String, Node> {
        match &mut self.0[node] {
            Content::Folder(names) => names,
            Content::File(_) => panic!("a file has no names"),
        }
    }

    fn find(&self, path: &str) -> Option<Node> {
        path.split('/').filter(|part| !part.is_empty()).try_fold(0, |at, part| match &self.0[at] {
            Content::Folder(names) => names.get(part).copied(),
            Content::File(_) => None,
        })
    }

    /// The folder and the name of a path whose folder is there.
    fn name(&self, path: &str) -> Option<Name> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        Some((self.find(folder)?, name.to_owned()))
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Make { name: (folder, name), node } => drop(self.folder(*folder).insert(name.clone(), *node)),
            Change::Remove { name: (folder, name), node } => self.forget(*folder, name, *node),
            Change::Rename { from: (folder, name), to: (into, called), node } => {
                self.forget(*folder, name, *node);
                self.folder(*into).insert(called.clone(), *node);
            }
            Change::Write { node, at, bytes } => {
                let Content::File(content) = &mut self.0[*node] else { panic!("a folder is not written to") };
                content.resize(content.len().max(at + bytes.len()), 0);
                content[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Change::Cut { node, length } => {
                let Content::File(content) = &mut self.0[*node] else { panic!("a folder is not cut") };
                content.resize(*length, 0);
            }
            Change::Sync { .. } => {}
        }
    }

    fn forget(&mut self, folder: Node, name: &str, node: Node) {
        let names = self.folder(folder);
        if names.get(name) == Some(&node) {
            names.remove(name);
        }
    }

    /// Writes it to `path`, where nothing lies yet.
    pub fn write(&self, path: &Path) {
        self.write_below(0, path);
    }

    fn write_below(&self, node: Node, path: &Path) {
        match &self.0[node] {
            Content::File(bytes) => fs::write(path, bytes).expect("a file of ours"),
            Content::Folder(names) => {
                fs::create_dir(path).expect("a folder of ours");
                for (name, node) in names {
                    self.write_below(*node, &path.join(name));
                }
            }
        }
    }
}

/// What a program asked of a disk, in order.
pub struct Record {
    before: Disk,
    changes: Vec<Change>,
    /// For each change, the number of the sync from which on it stays.
    settled: Vec<Option<usize>>,
}

/// What is kept of the changes that nobody waited for.
#[derive(Debug, Clone, Copy)]
enum Keeps {
    Nothing,
    Everything,
    Names,
    Bytes,
    /// Each by itself.
    Some,
}

impl Record {
    /// Reads the record of the shim about the folder `root`, which was `before`.
    pub fn read(before: Disk, root: &Path, mut bytes: &[u8]) -> Self {
        let mut now = before.clone();
        let mut changes = Vec::new();
        while !bytes.is_empty() {
            let end = bytes.iter().position(|byte| *byte == b'\n').expect("a line");
            let line = std::str::from_utf8(&bytes[..end]).expect("plain names");
            let parts: Vec<&str> = line.split('\t').collect();
            let [operation, path, to, at, length] = parts[..] else { panic!("{line}") };
            let [at, length] = [at, length].map(|number| number.parse::<usize>().expect("a number"));
            let data = &bytes[end + 1..end + 1 + length];
            bytes = &bytes[end + 1 + length..];
            let [path, to] =
                [path, to].map(|path| path.strip_prefix(root.to_str().expect("plain")).unwrap_or_default());
            // The memory that programs share is made anew by whoever comes first.
            if path.ends_with("-shm") {
                continue;
            }
            if let Some(change) = asked(&mut now, operation, (path, to), at, data) {
                now.change(&change);
                changes.push(change);
            }
        }
        let settled = (0..changes.len()).map(|at| settled(&changes, at)).collect();
        // Whatever is made later has its number from the beginning.
        let mut before = before;
        let made = now.0.into_iter().skip(before.0.len()).map(|content| match content {
            Content::File(_) => Content::File(Vec::new()),
            Content::Folder(_) => Content::Folder(BTreeMap::new()),
        });
        before.0.extend(made.collect::<Vec<_>>());
        Self { before, changes, settled }
    }

    /// Changes that were asked for.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// The disk after the power failed when `asked` changes had been asked for.
    pub fn image(&self, asked: usize, dice: &mut Dice) -> Disk {
        let keeps = [Keeps::Nothing, Keeps::Everything, Keeps::Names, Keeps::Bytes, Keeps::Some][dice.below(5)];
        let mut disk = self.before.clone();
        for (at, change) in self.changes[..asked].iter().enumerate() {
            let is_settled = self.settled[at].is_some_and(|sync| sync < asked);
            let is_kept = is_settled
                || match keeps {
                    Keeps::Nothing => false,
                    Keeps::Everything => true,
                    Keeps::Names => !matches!(change, Change::Write { .. } | Change::Cut { .. }),
                    Keeps::Bytes => matches!(change, Change::Write { .. } | Change::Cut { .. }),
                    Keeps::Some => dice.below(2) == 0,
                };
            if !is_kept {
                continue;
            }
            if let (Change::Write { node, at, bytes }, false, Keeps::Some) = (change, is_settled, keeps) {
                let sectors = bytes.len() / SECTOR_BYTES + 1;
                let kept = (dice.below(sectors * 2) * SECTOR_BYTES).min(bytes.len());
                disk.change(&Change::Write { node: *node, at: *at, bytes: bytes[..kept].to_vec() });
            } else {
                disk.change(change);
            }
        }
        disk
    }
}

/// A line of the record, as a change of the disk as it is `now`; none for what lies elsewhere or is gone.
fn asked(now: &mut Disk, operation: &str, (path, to): (&str, &str), at: usize, data: &[u8]) -> Option<Change> {
    match operation {
        "create" | "mkdir" => {
            let name = now.name(path)?;
            let is_file = operation == "create";
            let content = if is_file { Content::File(Vec::new()) } else { Content::Folder(BTreeMap::new()) };
            Some(Change::Make { name, node: now.add(content) })
        }
        "rename" => Some(Change::Rename { from: now.name(path)?, to: now.name(to)?, node: now.find(path)? }),
        "unlink" => Some(Change::Remove { name: now.name(path)?, node: now.find(path)? }),
        "write" => Some(Change::Write { node: now.find(path)?, at, bytes: data.to_vec() }),
        "ftruncate" => Some(Change::Cut { node: now.find(path)?, length: at }),
        "fsync" => Some(Change::Sync { node: now.find(path)? }),
        other => panic!("{other} is no change"),
    }
}

/// The first sync after which change number `at` stays: of the file for its bytes, of the folder for a name.
fn settled(changes: &[Change], at: usize) -> Option<usize> {
    let waits_for = match &changes[at] {
        Change::Make { name: (folder, _), .. } | Change::Remove { name: (folder, _), .. } => *folder,
        Change::Rename { to: (folder, _), .. } => *folder,
        Change::Write { node, .. } | Change::Cut { node, .. } => *node,
        Change::Sync { .. } => return None,
    };
    let is_sync = |change: &Change| matches!(change, Change::Sync { node } if *node == waits_for);
    changes[at..].iter().position(is_sync).map(|after| at + after)
}
