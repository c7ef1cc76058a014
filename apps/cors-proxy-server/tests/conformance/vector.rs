//! Requests as bytes, one a line, and what must come of them.
//!
//! Below `==` stands what a group shows, below `--` the bytes of its requests: `{t}` is a path that leads to the target,
//! `{hidden}` a whole request for `/hidden` there, `$1` and `$2` the middle columns of a line. The first column is the
//! clause of RFC 9112, or of the one that it names, and what is done to it; the last two are the statuses of all answers, and
//! all that the target sees to the end. `-` is nothing.

use crate::recorder::Recorder;
use crate::server::{proxy, raw};

struct Vector {
    about: String,
    sent: String,
    answers: Vec<u16>,
    seen: Vec<String>,
}

/// Sends each over a connection of its own, and reports all that came out otherwise.
pub(crate) async fn hold(text: &str) {
    let vectors = parse(text);
    let mut targets = Vec::new();
    for _ in &vectors {
        targets.push(Recorder::started().await);
    }
    let addresses: Vec<_> = targets.iter().map(|target| target.address).collect();
    let proxy = proxy(&addresses, &["--timeout", "3s"]).await;
    let mut wrong = Vec::new();
    for (vector, target) in vectors.iter().zip(&targets) {
        let path = format!("/http://{}", target.address);
        let hidden = format!("GET {path}/hidden HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let sent = bytes(&vector.sent.replace("{hidden}", &hidden).replace("{t}", &path));
        let response = raw(proxy, &sent).await;
        let (answers, all) = (statuses(&response), target.all());
        let old = vector.sent.contains(" HTTP/1.0\\r\\n") && response.contains(" 100 Continue");
        let hid = all.iter().any(|line| line.starts_with("cut GET /hidden"));
        if answers != vector.answers
            || target.whole() != vector.seen
            || hid
            || old
            || response.ends_with("(still open)")
        {
            let (about, sent) = (&vector.about, String::from_utf8_lossy(&sent));
            wrong.push(format!("{about}\n  sent {sent:?}\n  got {answers:?}, seen {all:?}\n  of {response:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}

fn parse(text: &str) -> Vec<Vector> {
    let mut template = "";
    let mut vectors = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("== ")) {
        if let Some(bytes) = line.strip_prefix("-- ") {
            template = bytes;
            continue;
        }
        let columns: Vec<&str> = line.split(" | ").map(|column| if column == "-" { "" } else { column }).collect();
        let [about, parts @ .., answers, seen] = &columns[..] else { panic!("{line}") };
        let numbered = parts.iter().enumerate();
        let sent = numbered.fold(template.to_owned(), |sent, (nth, part)| sent.replace(&format!("${}", nth + 1), part));
        vectors.push(Vector {
            about: (*about).to_owned(),
            sent,
            answers: answers.split_whitespace().map(|status| status.parse().unwrap()).collect(),
            seen: seen.split("; ").filter(|line| !line.is_empty()).map(|line| text_of(&bytes(line))).collect(),
        });
    }
    vectors
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The bytes of a text in which `\r`, `\n`, `\t` and `\xff` stand for them.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split('\\');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (byte, rest) = match part.split_at(1) {
            ("r", rest) => (b'\r', rest),
            ("n", rest) => (b'\n', rest),
            ("t", rest) => (b'\t', rest),
            ("x", rest) => (u8::from_str_radix(&rest[..2], 16).unwrap(), &rest[2..]),
            _ => panic!("no escape: {text}"),
        };
        bytes.push(byte);
        bytes.extend(rest.as_bytes());
    }
    bytes
}

/// The statuses of all answers. That one is to come may be said or not, but not to a client of HTTP/1.0.
fn statuses(response: &str) -> Vec<u16> {
    let heads = response.replace("HTTP/1.1 100 Continue\r\n\r\n", "").replace("HTTP/1.0 ", "HTTP/1.1 ");
    heads.split("HTTP/1.1 ").skip(1).map(|head| head[..3].parse().unwrap()).collect()
}
