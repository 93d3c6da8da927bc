//! A fault in the program itself. Comes in: a panic. Goes out: its place in the code and the next step, on stderr.
//! Deliberately absent: what the panic says, because a library may quote a person's value in it.

use std::panic::{PanicHookInfo, set_hook};

use super::output::complain;

/// From here on no panic of any part of the program, in whatever thread, is told in its own words.
pub fn tell_places_only() {
    set_hook(Box::new(|panic| complain(&told(panic))));
}

fn told(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    format!(
        "error: a fault in takeup {} itself, at {place}. What was running did not finish.\nPass this line on to whoever \
         keeps the program up; it holds nothing of any case. Leave out the file that was read last, and go on with the others.",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    const CHILD: &str = "TAKEUP_TEST_IS_THE_CHILD";

    /// A test that fails by design in a process of its own, which has started as the program does.
    #[test]
    fn a_panic_says_its_place_and_no_word_of_its_own() {
        if std::env::var_os(CHILD).is_some() {
            // The arguments are those of the tests, which the program refuses; by then it keeps quiet.
            let _ = crate::cli::run();
            let threads = std::thread::spawn(|| panic!("Zo\u{eb} Fictive in a thread")).join();
            assert!(threads.is_err(), "Zo\u{eb} Fictive is still here");
            panic!("Zo\u{eb} Fictive, born 7 April");
        }
        let name = "cli::fault::tests::a_panic_says_its_place_and_no_word_of_its_own";
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program);
        child.args(["--exact", name, "--nocapture"]).env(CHILD, "1").env("RUST_BACKTRACE", "full");
        let output = child.output().expect("the same tests again");
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(!output.status.success(), "{said}");
        assert_eq!(said.matches("a fault in takeup").count(), 2, "{said}");
        assert_eq!(said.matches("fault.rs:").count(), 2, "{said}");
        assert!(!said.contains("Fictive") && !said.contains("April"), "{said}");
    }
}
