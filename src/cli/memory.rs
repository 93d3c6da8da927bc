//! What of the process outlives it. Comes in: nothing. Goes out: a process that leaves no image of its memory, in which the key and
//! names would stand. Deliberately absent: locking memory against the swap, which is the system's to encrypt.

/// No core file, and no other process of the same user may look in.
#[cfg(unix)]
pub fn keep_to_oneself() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // A system that refuses either has its own rules; the work goes on under them.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Elsewhere the system keeps no such files unless it is told to.
#[cfg(not(unix))]
pub const fn keep_to_oneself() {}
