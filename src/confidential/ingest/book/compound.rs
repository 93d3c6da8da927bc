//! Compound files: what XLS workbooks, and encrypted ones of every kind, lie in. Comes in: bytes. Goes out: which of them it
//! is, and for XLS its cells.

use std::io::{self, Cursor, Read, Write};

use cfb::CompoundFile;

use crate::ingest::book::{finish, password, xls};
use crate::ingest::stream::{Kind, Refused, Sender};

type Compound<'b> = CompoundFile<Cursor<&'b [u8]>>;

pub(super) fn send(bytes: &[u8], out: impl Write) -> io::Result<()> {
    let Ok(mut file) = CompoundFile::open(Cursor::new(bytes)) else {
        // The directory of a file that does not open may still tell what it was; names in it are UTF-16.
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(name.len()).any(|window| window == name);
        let refused = if encrypted { Refused::Password } else { Refused::Damaged };
        return Sender::new(out, Kind::Xls)?.refuse(refused);
    };
    if file.exists("/EncryptedPackage") {
        let info = stream(&mut file, "/EncryptionInfo", bytes.len() as u64).unwrap_or_default();
        let is_default = password::is_default(&info);
        let refused = if is_default { Refused::DefaultPassword } else { Refused::Password };
        return Sender::new(out, Kind::Xls)?.refuse(refused);
    }
    let Some(name) = ["/Workbook", "/Book"].into_iter().find(|name| file.is_stream(name)) else {
        return Sender::new(out, Kind::OtherCompound)?.refuse(Refused::Damaged);
    };
    let mut sender = Sender::new(out, Kind::Xls)?;
    match stream(&mut file, name, bytes.len() as u64) {
        None => sender.refuse(Refused::Damaged),
        Some(records) => {
            let whole = xls::send(&records, &mut sender);
            finish(sender, whole, false)
        }
    }
}

/// The bytes of a stream, which cannot be longer than its file.
fn stream(file: &mut Compound<'_>, name: &str, longest: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let stream = file.open_stream(name).ok()?;
    stream.take(longest).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
