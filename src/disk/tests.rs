use std::time::Duration;

use super::*;

#[test]
fn only_what_is_not_found_is_absent() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("file");
    fs::write(&file, "x").expect("a file of ours");
    assert_eq!(kind(&home.path().join("none")).expect("told"), None);
    assert_eq!(read_if_there(&home.path().join("none")).expect("told"), None);
    // A file in the place of a folder is no absence of what would lie in it.
    let below = file.join("release.json");
    assert!(kind(&below).is_err() && read_if_there(&below).is_err() && tree(&file).is_err());
    assert!(read_if_there(home.path()).is_err(), "a folder in the place of a file");
}

#[test]
fn a_tree_has_folders_and_links_and_follows_none() {
    let home = tempfile::tempdir().expect("a folder");
    let day = SystemTime::UNIX_EPOCH + Duration::from_secs(315_532_800);
    let folder = home.path().join("release");
    write_folder(&folder, [("a/b.csv", &b"1"[..]), ("c.html", b"2")], Some(day)).expect("written");
    for path in ["", "a", "a/b.csv", "c.html"] {
        assert_eq!(fs::metadata(folder.join(path)).expect("there").modified().expect("dated"), day, "{path}");
    }
    fs::create_dir(folder.join("Jane-Doe")).expect("a folder of ours");
    let mut expected = vec![
        ("Jane-Doe".to_owned(), Kind::Folder),
        ("a".to_owned(), Kind::Folder),
        ("a/b.csv".to_owned(), Kind::File),
        ("c.html".to_owned(), Kind::File),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&folder, folder.join("z")).expect("a link of ours");
        expected.push(("z".to_owned(), Kind::Other));
    }
    let found: Vec<(String, Kind)> = tree(&folder).expect("read").expect("there").into_iter().collect();
    assert_eq!(found, expected);
    assert_eq!(tree(&home.path().join("none")).expect("told"), None);
}

#[test]
fn a_file_is_replaced_whole_and_nothing_stays_beside_it() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("key");
    write_new(&path, b"one").expect("written");
    assert!(write_new(&path, b"two").is_err());
    replace(&path, b"three").expect("replaced");
    assert_eq!(read(&path).expect("there"), b"three");
    let names: Vec<String> = entries(home.path()).expect("read").expect("there").into_keys().collect();
    assert_eq!(names, ["key"]);
}

#[cfg(unix)]
#[test]
fn what_is_written_is_its_owners_until_it_is_opened_to_readers() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("release");
    write_folder(&folder, [("a/b.csv", &b"1"[..])], None).expect("written");
    let modes = || {
        ["", "a", "a/b.csv"].map(|path| fs::metadata(folder.join(path)).expect("there").permissions().mode() & 0o777)
    };
    assert_eq!(modes(), [0o700, 0o700, 0o600]);
    readable(&folder).expect("opened");
    assert_eq!(modes(), [0o755, 0o755, 0o644]);
}

#[cfg(unix)]
#[test]
fn what_somebody_names_is_read_through_links_and_not_waited_for() {
    let home = tempfile::tempdir().expect("a folder");
    let (file, link) = (home.path().join("file"), home.path().join("link"));
    fs::write(&file, "12345").expect("ours");
    std::os::unix::fs::symlink(&file, &link).expect("a link of ours");
    assert_eq!(read_given(&link, 5).expect("read"), Some(b"12345".to_vec()));
    assert_eq!(read_given(&link, 4).expect("looked at"), None);
    // A pipe that nobody writes to would be waited for, and this device never ends.
    let pipe = home.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    for path in [pipe.as_path(), Path::new("/dev/zero")] {
        assert_eq!(read_given(path, 5).expect_err("no file").kind(), ErrorKind::InvalidInput, "{}", path.display());
    }
    assert_eq!(read_given(home.path(), 5).expect_err("no file").kind(), ErrorKind::IsADirectory);
    assert!(is_of_disk(io::Error::from_raw_os_error(5).kind()) && !is_of_disk(ErrorKind::NotFound));
}
