//! What stands between external-dns and the mock of AWS, hands everything through, and keeps what was asked.

use std::{
    collections::BTreeSet,
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use crate::role::Role;

/// A call of Route 53, as IAM judges it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    /// Such as `route53:ListHostedZones`.
    pub(crate) action: &'static str,
    /// The zone that it is about.
    pub(crate) zone: Option<String>,
    /// The kinds of records that it changes.
    pub(crate) kinds: BTreeSet<String>,
}

/// It serves until the process ends.
pub(crate) struct Gateway {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Gateway {
    /// Starts one before a port of the loopback device. What the role does not allow is refused, as AWS refuses it.
    pub(crate) fn before(port: u16, role: Role) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let gateway = Self { port: listener.local_addr().unwrap().port(), asked: Arc::default() };
        let (asked, role) = (gateway.asked.clone(), Arc::new(role));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (asked, role) = (asked.clone(), role.clone());
                thread::spawn(move || hand_through(client, port, &asked, &role));
            }
        });
        gateway
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All calls until now.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many calls of an action there were.
    pub(crate) fn count(&self, action: &str) -> usize {
        self.asked().iter().filter(|asked| asked.action == action).count()
    }
}

fn hand_through(mut client: TcpStream, port: u16, all: &Mutex<Vec<Asked>>, role: &Role) -> io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", port))?;
    let (mut answers, mut to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut to_client);
        to_client.shutdown(Shutdown::Both)
    });
    let (mut held, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        let read = client.read(&mut buffer)?;
        if read == 0 {
            return server.shutdown(Shutdown::Both);
        }
        held.extend_from_slice(&buffer[..read]);
        while let Some((asked, length)) = first(&held) {
            let request: Vec<_> = held.drain(..length).collect();
            let allowed = role.allows(&asked);
            let refusal = refusal(&asked);
            all.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
            if allowed { server.write_all(&request)? } else { client.write_all(refusal.as_bytes())? }
        }
    }
}

/// The first request of what came, and how long it is, once it is there as a whole.
fn first(held: &[u8]) -> Option<(Asked, usize)> {
    let text = String::from_utf8_lossy(held);
    let (start, after) = text.split_once("\r\n\r\n")?;
    let length = start.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
    });
    let body = after.get(..length.unwrap_or_default())?;
    Some((asked(start.lines().next().unwrap_or_default(), body), start.len() + 4 + body.len()))
}

fn refusal(asked: &Asked) -> String {
    let body = format!(
        "<ErrorResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Error><Type>Sender</Type>\
         <Code>AccessDenied</Code><Message>no statement allows {} on {:?}</Message></Error></ErrorResponse>",
        asked.action, asked.zone
    );
    format!("HTTP/1.1 403 Forbidden\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// The action of a request's line, as AWS' own model of the service has it.
fn asked(line: &str, body: &str) -> Asked {
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = path.split('?').next().unwrap_or_default().trim_matches('/');
    let parts: Vec<_> = path.split('/').collect();
    let (action, zone) = match (method, parts.as_slice()) {
        ("GET", ["2013-04-01", "hostedzone"]) => ("route53:ListHostedZones", None),
        ("GET", ["2013-04-01", "hostedzone", zone, "rrset"]) => ("route53:ListResourceRecordSets", Some(*zone)),
        ("POST", ["2013-04-01", "hostedzone", zone, "rrset"]) => ("route53:ChangeResourceRecordSets", Some(*zone)),
        _ => panic!("external-dns asks `{line}`, which nobody here knows"),
    };
    let kinds =
        body.split("<Type>").skip(1).filter_map(|part| part.split_once("</Type>")).map(|(kind, _)| kind.to_owned());
    Asked { action, zone: zone.map(str::to_owned), kinds: kinds.collect() }
}
