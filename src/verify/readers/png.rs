//! A picture's container. Comes in: a PNG. Goes out: what it carries beside the picture, between its chunks or behind its
//! pixels. Deliberately absent: the picture; its pixels are held against its drawing.

use std::io::Read;

use flate2::read::ZlibDecoder;

/// A kind of finding and its sentence.
pub type Fault = (&'static str, &'static str);

/// Chunks that a picture needs; text, times, profiles and colours beside its own are not among them.
const ALLOWED: [&[u8; 4]; 3] = [b"IHDR", b"IDAT", b"IEND"];

/// What is wrong with the picture.
#[must_use]
pub fn faults(bytes: &[u8]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let (mut head, mut data) = (Vec::new(), Vec::new());
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
        let body = &after[4..after.len() - next.len() - 4];
        match kind {
            b"IHDR" => head.extend_from_slice(body),
            b"IDAT" => data.extend_from_slice(body),
            _ if !body.is_empty() && kind == b"IEND" => {
                faults.push(("png_chunk", "a chunk that the picture does not need"));
            }
            _ => {}
        }
        rest = next;
        if kind == b"IEND" {
            faults.extend(behind(&head, &data));
            if !rest.is_empty() {
                faults.push(("png_trailing", "data after the end of the picture"));
            }
            return faults;
        }
    }
}

/// What lies behind the pixels that people see: half of each colour in 16 bits, rows after the last, data after the pixels.
fn behind(head: &[u8], data: &[u8]) -> Option<Fault> {
    let hidden = Some(("png_hidden", "data that is not of the picture's pixels"));
    let [w0, w1, w2, w3, h0, h1, h2, h3, 8, colours, 0, 0, 0] = *head else { return hidden };
    let bytes_a_pixel = match colours {
        2 => 3,
        6 => 4,
        _ => return hidden,
    };
    let [width, height] = [[w0, w1, w2, w3], [h0, h1, h2, h3]].map(|side| u64::from(u32::from_be_bytes(side)));
    let Some(whole) = width.checked_mul(bytes_a_pixel).and_then(|row| row.checked_add(1)?.checked_mul(height)) else {
        return hidden;
    };
    let mut decoder = ZlibDecoder::new(data);
    // One byte more than there should be tells that there are too many.
    let read = std::io::copy(&mut decoder.by_ref().take(whole.saturating_add(1)), &mut std::io::sink());
    let is_whole = read.is_ok_and(|read| read == whole) && decoder.total_in() == data.len() as u64;
    if is_whole { None } else { hidden }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    /// A head of two pixels by one, of this depth.
    fn head(depth: u8) -> Vec<u8> {
        chunk(b"IHDR", &[0, 0, 0, 2, 0, 0, 0, 1, depth, 6, 0, 0, 0])
    }

    /// So many bytes of rows; two pixels are a filter and eight.
    fn data(bytes: usize) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&vec![7; bytes]).expect("a vector takes all");
        packed.finish().expect("a vector takes all")
    }

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
        let picture = [head(8), chunk(b"IDAT", &data(9)), chunk(b"IEND", b"")];
        assert_eq!(kinds(&picture), Vec::<&str>::new());
        let [start, data, end] = picture;
        assert_eq!(kinds(&[start.clone(), chunk(b"tEXt", b"Author"), data.clone(), end.clone()]), ["png_chunk"]);
        assert_eq!(kinds(&[start.clone(), data.clone(), end, b"more".to_vec()]), ["png_trailing"]);
        assert_eq!(kinds(&[start, data]), ["not_png"]);
        assert_eq!(faults(b"GIF89a"), [("not_png", "is no PNG")]);
    }

    #[test]
    fn nothing_lies_behind_the_pixels() {
        let of = |head: Vec<u8>, data: &[u8]| kinds(&[head, chunk(b"IDAT", data), chunk(b"IEND", b"")]);
        assert_eq!(of(head(8), &data(9)), Vec::<&str>::new());
        assert_eq!(of(head(16), &data(17)), ["png_hidden"], "half of each colour is seen by nobody");
        assert_eq!(of(head(8), &data(18)), ["png_hidden"], "a row more than the picture is high");
        assert_eq!(of(head(8), &[data(9), b"Ann".to_vec()].concat()), ["png_hidden"], "after the packed pixels");
    }
}
