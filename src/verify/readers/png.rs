//! A picture's container. Comes in: a PNG. Goes out: what it carries beside the picture. Deliberately absent: the
//! picture; its pixels are not read back.

/// A kind of finding and its sentence.
pub type Fault = (&'static str, &'static str);

/// Chunks that a picture needs; text, times and profiles are not among them.
const ALLOWED: [&[u8; 4]; 5] = [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs"];

/// What is wrong with the picture.
#[must_use]
pub fn faults(bytes: &[u8]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let Some(mut rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") else {
        return vec![("not_png", "is no PNG")];
    };
    loop {
        let Some((length, after)) = rest.split_first_chunk::<4>() else {
            faults.push(("not_png", "ends too early"));
            return faults;
        };
        let size = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (Some(kind), Some(next)) = (after.get(..4), size.checked_add(8).and_then(|end| after.get(end..))) else {
            faults.push(("not_png", "ends too early"));
            return faults;
        };
        if !ALLOWED.iter().any(|allowed| allowed.as_slice() == kind) {
            faults.push(("png_chunk", "a chunk that the picture does not need"));
        }
        rest = next;
        if kind == b"IEND" {
            if !rest.is_empty() {
                faults.push(("png_trailing", "data after the end of the picture"));
            }
            return faults;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).expect("a short chunk").to_be_bytes();
        [&length[..], kind, data, &[0; 4]].concat()
    }

    fn kinds(chunks: &[Vec<u8>]) -> Vec<&'static str> {
        let bytes = [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat();
        faults(&bytes).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn a_picture_carries_nothing_but_itself() {
        let picture = [chunk(b"IHDR", &[0; 13]), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")];
        assert_eq!(kinds(&picture), Vec::<&str>::new());
        let [start, data, end] = picture;
        assert_eq!(kinds(&[start.clone(), chunk(b"tEXt", b"Author"), data.clone(), end.clone()]), ["png_chunk"]);
        assert_eq!(kinds(&[start.clone(), data.clone(), end, b"more".to_vec()]), ["png_trailing"]);
        assert_eq!(kinds(&[start, data]), ["not_png"]);
        assert_eq!(faults(b"GIF89a"), [("not_png", "is no PNG")]);
    }
}
