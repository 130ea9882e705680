//! Server-sent events out of bytes that arrive in any pieces: only their data, which is all that vendors use.
//!
//! Works on bytes, so that a chunk may end within a character. Called by `Stream`.

use std::collections::VecDeque;

/// Takes bytes, gives the data of whole events.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    data: Option<Vec<u8>>,
    whole: VecDeque<Vec<u8>>,
}

impl Events {
    /// Takes what arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&rest[..end]);
            let line = std::mem::take(&mut self.line);
            self.take(line.strip_suffix(b"\r").unwrap_or(&line));
            rest = &rest[end + 1..];
        }
        self.line.extend_from_slice(rest);
    }

    /// The data of the next whole event.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        self.whole.pop_front()
    }

    fn take(&mut self, line: &[u8]) {
        if line.is_empty() {
            self.whole.extend(self.data.take());
            return;
        }
        let Some(said) = line.strip_prefix(b"data:") else { return };
        let said = said.strip_prefix(b" ").unwrap_or(said);
        match &mut self.data {
            Some(data) => {
                data.push(b'\n');
                data.extend_from_slice(said);
            }
            None => self.data = Some(said.to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sluice_testkit::mutation;

    use super::*;

    fn whole(pieces: &[&[u8]]) -> Vec<String> {
        let mut events = Events::default();
        pieces.iter().for_each(|piece| events.push(piece));
        std::iter::from_fn(|| events.next()).map(|data| String::from_utf8(data).unwrap()).collect()
    }

    const STREAM: &str =
        ": hello\r\n\r\ndata: {\"a\": \"\u{e4}\u{20ac}\"}\r\n\r\nevent: x\ndata:1\ndata: 2\n\ndata: cut";

    #[test]
    fn data_of_whole_events_only() {
        assert_eq!(whole(&[STREAM.as_bytes()]), ["{\"a\": \"\u{e4}\u{20ac}\"}", "1\n2"]);
    }

    #[test]
    fn fuzz_server_sent_events() {
        let seeds = [STREAM.as_bytes().to_vec(), b"data\ndata:\n\n\ndata:\r\r\n\xef\xbb\xbfdata: x\n\n".to_vec()];
        bolero::check!().with_type::<(Vec<u8>, u8)>().for_each(|(recipe, cut)| {
            let bytes = mutation::spoiled(&seeds, recipe);
            let data = |pieces: &[&[u8]]| {
                let mut events = Events::default();
                pieces.iter().for_each(|piece| events.push(piece));
                std::iter::from_fn(|| events.next()).collect::<Vec<Vec<u8>>>()
            };
            let whole = data(&[&bytes]);
            let (before, after) = bytes.split_at(usize::from(*cut).min(bytes.len()));
            assert_eq!(data(&[before, after]), whole);
            assert_eq!(data(&bytes.chunks(1).collect::<Vec<_>>()), whole);
            assert!(whole.iter().map(Vec::len).sum::<usize>() <= bytes.len());
        });
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_does_not_matter(cut in 0..STREAM.len()) {
            let (before, after) = STREAM.as_bytes().split_at(cut);
            prop_assert_eq!(whole(&[before, after]), whole(&[STREAM.as_bytes()]));
        }
    }
}
