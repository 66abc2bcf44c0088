//! Messages on the wire: a header with the length, then JSON.
//!
//! `lsp-server` reads these too, but takes any length for true and any broken message for the end of the connection.

use lsp_server::Message;
use std::io::{self, BufRead, Read, Write};

/// Bytes that a message may have.
const MESSAGE_BYTES_MAX: usize = 64 << 20;
/// Bytes that a header line may have.
const HEADER_BYTES_MAX: u64 = 4096;

/// What was read.
#[derive(Debug)]
pub enum Incoming {
    Message(Message),
    /// JSON that is no message; what is wrong with it.
    Malformed(String),
}

/// Reads a message; `None` where the editor has closed the connection.
///
/// # Errors
/// Where what comes has no length: then nobody knows where the next message begins.
pub fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let Some(length) = read_header(input)? else {
        return Ok(None);
    };
    let mut body = Vec::new();
    let read = input.take(length as u64).read_to_end(&mut body)?;
    if read < length {
        return Ok(None);
    }
    Ok(Some(match serde_json::from_slice(&body) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Malformed(error.to_string()),
    }))
}

/// The length of the message that follows.
fn read_header(input: &mut impl BufRead) -> io::Result<Option<usize>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.take(HEADER_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let Some(line) = line.strip_suffix('\n') else {
            return Err(invalid("a header line doesn't end"));
        };
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            return length.map(Some).ok_or_else(|| invalid("a message has no Content-Length"));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("a header line has no colon"))?;
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            let bytes = value.trim().parse().map_err(|_| invalid("Content-Length is no number"))?;
            if bytes > MESSAGE_BYTES_MAX {
                return Err(invalid("a message is larger than 64 MiB"));
            }
            length = Some(bytes);
        }
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Writes a message.
///
/// # Errors
/// Where the editor has gone.
pub fn write(output: &mut impl Write, message: &Message) -> io::Result<()> {
    message.write(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_is_told_and_the_next_one_is_read() {
        let mut input: &[u8] = b"Content-Length: 3\r\n\r\n{!}Content-Length: 40\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"initialized\"}";
        assert!(matches!(read(&mut input), Ok(Some(Incoming::Malformed(_)))));
        assert!(matches!(read(&mut input), Ok(Some(Incoming::Message(Message::Notification(_))))));
        assert!(matches!(read(&mut input), Ok(None)));
    }

    #[test]
    fn a_length_that_is_a_lie_takes_no_memory() {
        for header in ["Content-Length: 99999999999999999\r\n\r\n", "Content-Length: x\r\n\r\n", "hello\r\n", "\r\n", "Content-Length: 5"] {
            assert!(read(&mut header.as_bytes()).is_err(), "{header:?}");
        }
        assert!(matches!(read(&mut &b"Content-Length: 1000\r\n\r\nabc"[..]), Ok(None)));
    }
}
