//! Every command that writes, on a real file system with too little room. Comes in: an office on a disk of its own, filled but for so many
//! bytes. Goes out: a table of what was tried, survived, lost and published wrongly. What must hold is what holds after any other
//! fault; that room is missing is then said with exit 8, and once there is room the same command comes to what it comes to.
//!
//! Only root can mount, so it runs by a command: `TAKEUP_SMALL_DISK=24 cargo test --release --test suite -- small_disk --ignored
//! --nocapture` tries so many amounts of room for each command, between none and enough, on tmpfs and on ext4.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{ACTS, Act, CHANGES, Came, Clean, clean, judged, wrongly_published};
use crate::small_office::{Office, copy};

const DISK: &str = "48M";

#[derive(Debug, Clone, Copy)]
enum System {
    Tmpfs,
    Ext4,
}

/// A disk as long as it lives.
struct Disk(PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|ended| ended.status.success())
}

/// A new disk below `home`; none where nobody may mount one, or a tool is missing.
fn disk(system: System, home: &Path) -> Option<Disk> {
    let (at, image) = (home.join("disk"), home.join("image"));
    fs::create_dir(&at).expect("ours");
    let [place, file] = [&at, &image].map(|path| path.to_str().expect("plain"));
    let is_mounted = match system {
        System::Tmpfs => runs("mount", &["-t", "tmpfs", "-o", &format!("size={DISK}"), "tmpfs", place]),
        System::Ext4 => {
            // No room is kept back for root, as whom this runs.
            runs("truncate", &["-s", DISK, file])
                && runs("mkfs.ext4", &["-q", "-m", "0", file])
                && runs("mount", &["-o", "loop", file, place])
        }
    };
    is_mounted.then_some(Disk(at))
}

/// Fills a disk but for `room` bytes.
fn fill(disk: &Disk, room: u64) -> PathBuf {
    let path = disk.0.join("filler");
    let mut filler = File::create(&path).expect("ours");
    let mut filled = 0;
    // The last bytes one block at a time: a longer write would be refused whole.
    for block in [vec![0; 1 << 16], vec![0; 1 << 12]] {
        while filler.write_all(&block).and_then(|()| filler.sync_all()).is_ok() {
            filled += block.len() as u64;
        }
    }
    filler.set_len(filled.saturating_sub(room)).and_then(|()| filler.sync_all()).expect("less of it");
    path
}

/// Tries a command with so much room: how it ended, what came of it, and what was not right.
fn tried(act: &Act, clean: &Clean, system: System, room: u64) -> (Option<i32>, Came, String) {
    let mut office = act.office();
    let disk = disk(system, office.home()).expect("one could be mounted before");
    let folder = disk.0.join("office");
    if act.stage.is_some() {
        copy(&office.folder, &folder);
    }
    office.folder = folder;
    let mut command = act.command(&office);
    let filler = fill(&disk, room);
    let ended = command.output().expect("it starts");
    fs::remove_file(filler).expect("ours");
    let (came, said) = match wrongly_published(&office, clean) {
        Some(wrong) => (Came::PublishedWrongly, wrong),
        None => match judged(act, clean, &office, &ended, false) {
            Ok(()) => (Came::Survived, String::new()),
            Err(wrong) => (Came::Lost, wrong),
        },
    };
    (ended.status.code(), came, said)
}

/// Every amount of room between none and enough, in so many steps; adds its line to the table.
fn try_all(act: &Act, system: System, steps: u64, table: &mut String) -> Vec<String> {
    let clean = clean(act, CHANGES);
    let (mut enough, mut came, mut refused, mut wrong) = (1 << 14, [0; 3], 0, Vec::new());
    let mut one = |room: u64| {
        let (exit, what, said) = tried(act, &clean, system, room);
        came[what as usize] += 1;
        refused += usize::from(exit == Some(8));
        if what != Came::Survived {
            wrong.push(format!("{}, {system:?}, {room} bytes: {said}", act.name));
        }
        exit == Some(0)
    };
    while !one(enough) {
        enough *= 2;
    }
    for step in 0..steps {
        one(enough * step / steps);
    }
    let ([survived, lost, published], tried) = (came, came.iter().sum::<usize>());
    let (name, system) = (act.name, format!("{system:?}"));
    writeln!(
        table,
        "{name:<16} {system:<6} {:>8} {tried:>6} {refused:>7} {survived:>8} {lost:>5} {published:>17}",
        enough >> 10
    )
    .expect("a text grows");
    wrong
}

#[test]
#[ignore = "mounts disks, which only root may"]
#[expect(clippy::print_stdout, reason = "the table is what the run is for")]
fn every_command_that_writes_survives_a_small_disk() {
    let steps = std::env::var("TAKEUP_SMALL_DISK").map_or(4, |steps| steps.parse().expect("a number"));
    let only = std::env::var("TAKEUP_FAULTS_OF").ok();
    let (mut table, mut wrong) = (String::new(), Vec::new());
    writeln!(table, "command          disk   enough/k  tried refused survived  lost published wrongly").expect("grows");
    for system in [System::Tmpfs, System::Ext4] {
        if disk(system, Office::empty().home()).is_none() {
            println!("not run on {system:?}: nobody may mount one here");
            continue;
        }
        for act in ACTS.iter().filter(|act| only.as_deref().is_none_or(|name| act.name == name)) {
            wrong.extend(try_all(act, system, steps, &mut table));
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{}\n{table}", wrong.join("\n"));
}
