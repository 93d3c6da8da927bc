//! Workspaces as `takeup init` and `takeup keys add` make them, but that their passphrases cost no work: with those commands' own every
//! command of a test would spend half a second on its key. Comes in: a folder and a template. Goes out: a workspace with two people and
//! no case. What those commands make is tested through them in `cli`, `demo`, `people` and `kills`, and held against this one below.

use std::fs;
use std::path::{Path, PathBuf};

use confidential::store::Store;
use confidential::store::keys::WorkFactor;
use confidential::store::keys::people;

use crate::approval::{SECOND, WORDS_OF_SECOND, file_of_second};
use crate::demo::files;
use crate::small_office::private;

/// What opens the workspace, as the manager.
pub const PASSPHRASE: &str = "a passphrase for tests";
const MANAGER: &str = "manager";

/// A key that breaks ties, where a test needs the same of two equal figures hidden in every run.
pub const SAME_TIES: [u8; 32] = [3; 32];

/// Makes a workspace of a template in `folder`, and beside it the files with the passphrases of its two people. Gives the manager's.
pub fn workspace(folder: &Path, template: &str, tie_key: Option<[u8; 32]>) -> PathBuf {
    let passphrase = folder.with_file_name("pass.txt");
    private(&passphrase, PASSPHRASE);
    private(&file_of_second(folder), WORDS_OF_SECOND);
    found(folder, template, [(MANAGER, PASSPHRASE), (SECOND, WORDS_OF_SECOND)], tie_key);
    passphrase
}

/// The same with people of these names and passphrases.
pub fn found(folder: &Path, template: &str, people: [(&str, &str); 2], tie_key: Option<[u8; 32]>) {
    let config = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(template));
    let config = config.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    disk::write_folder(&folder.join("config"), config, None).expect("a folder of ours");
    for name in ["keys", "store", "reports"] {
        disk::create_folder(&folder.join(name)).expect("a folder of ours");
    }
    disk::readable(&folder.join("reports")).expect("a folder of ours");
    let key = people::new_data_key().expect("randomness");
    let store = folder.join("store/takeup.db");
    let mut store = match tie_key {
        None => Store::create(&store, &key),
        Some(tie_key) => Store::create_with_tie_key(&store, &key, tie_key),
    }
    .expect("a new store");
    let keys = people.map(|(name, words)| {
        let public = people::add(&folder.join("keys"), name, words, WorkFactor::ForTests).expect("a new person");
        let by = if name == people[0].0 { "" } else { people[0].0 };
        let digest = people::digest(&folder.join("keys"), name).expect("its file");
        store.add_person_by(name, &public, by, &digest).expect("a new person");
        public
    });
    people::share(&folder.join("keys"), &key, &keys).expect("shared");
}

/// Gives the people of a workspace keys that cost no work, under the passphrases that they have.
pub fn without_work(folder: &Path, people: [(&str, &str); 2]) {
    let keys = folder.join("keys");
    let [(name, words), _] = people;
    let key = people::open(&keys, words, Some(name)).expect("their passphrase").key;
    let mut store = Store::open(&folder.join("store/takeup.db"), &key).expect("the store");
    let publics = people.map(|(name, words)| {
        let identity = people::Identity::new(words, WorkFactor::ForTests).expect("a passphrase");
        identity.keep(&keys, name).expect("a file of ours");
        store.add_person_by(name, identity.public(), "", &identity.sha256()).expect("a person of the store");
        identity.public().clone()
    });
    people::share(&keys, &key, &publics).expect("shared");
}

/// Folders and files with what they may be used for; the content of those of the configuration.
fn made(folder: &Path) -> Vec<(String, u32, Vec<u8>)> {
    let mut made = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).expect("a folder of ours") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder).expect("below the folder").to_string_lossy().into_owned();
            let content = if path.is_file() && name.starts_with("config") { fs::read(&path) } else { Ok(Vec::new()) };
            let facts = fs::metadata(&path).expect("it is there");
            #[cfg(unix)]
            let rights = std::os::unix::fs::PermissionsExt::mode(&facts.permissions());
            #[cfg(not(unix))]
            let rights = u32::from(facts.is_dir());
            made.push((name, rights, content.expect("it can be read")));
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    made.sort();
    made
}

#[test]
fn a_workspace_for_tests_is_what_the_program_makes_but_for_the_work_of_its_passphrases() {
    for template in ["advice", "casework"] {
        let home = tempfile::tempdir().expect("a temporary folder");
        let (ours, own) = (home.path().join("ours"), home.path().join("own"));
        let pass = workspace(&ours, template, None);
        let run = |folder: &Path, arguments: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_takeup"));
            command.arg("-C").arg(folder).arg("--passphrase-file").arg(&pass).args(arguments);
            let output = command.stdin(std::process::Stdio::null()).output().expect("the program starts");
            assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        run(&own, &["init", own.to_str().expect("a plain name"), "--template", template]);
        let second = file_of_second(&own);
        let second = second.to_str().expect("a plain name");
        run(&own, &["keys", "add", SECOND, "--new-passphrase-file", second]);
        // Every change of a workspace writes its anchor and takes its lock; ours has seen none yet.
        let own_made = made(&own).into_iter().filter(|(name, _, _)| name != "keys/anchor" && name != "store/lock");
        assert_eq!(made(&ours), own_made.collect::<Vec<_>>(), "{template}");
        let listed = |folder: &Path| run(folder, &["keys", "list", "--json"]);
        assert_eq!(listed(&ours), listed(&own), "{template}");
    }
}
