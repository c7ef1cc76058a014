//! Who the client of a balancer is: the header of the PROXY protocol, version 2, with which its connections begin.
//!
//! It is read on connections from the balancers' own addresses and on no others, where anybody could claim to be anyone.
//! There it is never optional: what a client sends would else pass for it.
//!
//! Source: <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>, 2.2.

use std::net::{IpAddr, SocketAddr};

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::ServerArgs;
use crate::drain::{Drain, Phase};
use crate::metrics::Metrics;
use crate::wire::Wire;

/// The bytes that every header begins with, and no HTTP request does.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// The signature, the command, the address family, and the length of the rest.
const FIXED: usize = 16;

/// Bytes that a header may have. AWS's have about a hundred.
const LONGEST: usize = 1024;

/// How much of a header is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// Not all of it: it has this many bytes at least.
    Part(usize),
    /// All of it.
    Whole {
        /// The client that it names; a balancer that checks health speaks for itself, and names none.
        client: Option<SocketAddr>,
        /// The bytes that it has.
        length: usize,
    },
}

/// A fault at the beginning of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It begins with something else.
    #[error("it begins without a PROXY protocol header")]
    Missing,
    /// The header says what no balancer of TCP connections does.
    #[error("its header is malformed")]
    Malformed,
    /// The header began and did not come to its end in time.
    #[error("its header is not complete in time")]
    Slow,
}

impl Flaw {
    /// Its name in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Slow => "slow",
        }
    }
}

/// Reads the header that a connection begins with, as far as it is there.
pub fn header(bytes: &[u8]) -> Result<Header, Flaw> {
    let compared = bytes.len().min(SIGNATURE.len());
    if bytes[..compared] != SIGNATURE[..compared] {
        return Err(Flaw::Missing);
    }
    let &[.., command, family, high, low] = bytes.get(..FIXED).unwrap_or_default() else {
        return Ok(Header::Part(FIXED));
    };
    let length = FIXED + usize::from(u16::from_be_bytes([high, low]));
    if length > LONGEST {
        return Err(Flaw::Malformed);
    }
    let Some(addresses) = bytes.get(FIXED..length) else { return Ok(Header::Part(length)) };
    let client = match (command, family) {
        // The balancer's own connection, or one of which it knows nothing: whatever else is there is to be skipped.
        (0x20, _) | (0x21, 0x00) => None,
        (0x21, 0x11) => Some(source::<4>(addresses).ok_or(Flaw::Malformed)?),
        (0x21, 0x21) => Some(source::<16>(addresses).ok_or(Flaw::Malformed)?),
        _ => return Err(Flaw::Malformed),
    };
    Ok(Header::Whole { client, length })
}

/// The first of two addresses with the first of the two ports that follow them; more fields may follow those.
fn source<const SIZE: usize>(addresses: &[u8]) -> Option<SocketAddr>
where
    IpAddr: From<[u8; SIZE]>,
{
    let address: [u8; SIZE] = *addresses.first_chunk()?;
    let [high, low, ..] = *addresses.get(2 * SIZE..)?.first_chunk::<4>()?;
    Some(SocketAddr::new(IpAddr::from(address).to_canonical(), u16::from_be_bytes([high, low])))
}

/// Why a connection is not served.
#[derive(Debug)]
enum Refusal {
    Flaw(Flaw),
    /// The other side went away, or the server is about to.
    Gone,
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

/// The part of a header that has arrived.
struct Arrived {
    bytes: [u8; LONGEST],
    filled: usize,
}

impl Arrived {
    /// Waits for more of the header, and takes no byte of what follows it; gives the client once all of it is there.
    async fn more(&mut self, stream: &mut TcpStream) -> Result<Option<Option<SocketAddr>>, Refusal> {
        let Header::Part(length) = header(&self.bytes[..self.filled])? else { return Err(Refusal::Gone) };
        match stream.read(&mut self.bytes[self.filled..length]).await {
            Ok(size @ 1..) => self.filled += size,
            _ => return Err(Refusal::Gone),
        }
        match header(&self.bytes[..self.filled])? {
            Header::Whole { client, .. } => Ok(Some(client)),
            Header::Part(_) => Ok(None),
        }
    }

    /// Reads the rest of a header that has begun.
    async fn whole(&mut self, stream: &mut TcpStream) -> Result<Option<SocketAddr>, Refusal> {
        loop {
            if let Some(client) = self.more(stream).await? {
                return Ok(client);
            }
        }
    }
}

/// Reads a header, its beginning within one time and the rest within another.
async fn read(
    stream: &mut TcpStream,
    args: &ServerArgs,
    closing: impl Future<Output = ()>,
) -> Result<Option<SocketAddr>, Refusal> {
    let mut arrived = Arrived { bytes: [0; LONGEST], filled: 0 };
    // A balancer sends the header with the client's first bytes, so until then the connection is new, not slow.
    let begun = tokio::select! {
        biased;
        begun = timeout(args.header_timeout, arrived.more(stream)) => begun.unwrap_or(Err(Refusal::Gone))?,
        () = closing => return Err(Refusal::Gone),
    };
    match begun {
        Some(client) => Ok(client),
        None => timeout(args.header_timeout, arrived.whole(stream)).await.unwrap_or(Err(Flaw::Slow.into())),
    }
}

/// Whose connection it is that `peer` has opened; `None` if it is not to be served.
pub(crate) async fn client(
    stream: &mut TcpStream,
    peer: SocketAddr,
    wire: &Wire,
    (args, drain, metrics): (&ServerArgs, &Drain, &Metrics),
) -> Option<SocketAddr> {
    if !args.is_balancer(peer) {
        return Some(peer);
    }
    // Boxed, because a connection would keep the room for its header as long as it lives.
    let ends = async {
        tokio::select! {
            () = drain.reached(Phase::Closing) => {}
            () = wire.gives_way() => {}
        }
    };
    match Box::pin(read(stream, args, ends)).await {
        Ok(client) => Some(client.unwrap_or(peer)),
        Err(Refusal::Gone) => None,
        Err(Refusal::Flaw(flaw)) => {
            metrics.refused(flaw.name());
            tracing::info!(%peer, %flaw, "a load balancer's connection is refused");
            None
        }
    }
}

/// Skips the header of a health check, which a balancer only sends once it is told to; `false` if what is there is none.
pub(crate) async fn skip(stream: &mut TcpStream, peer: SocketAddr, wire: &Wire, args: &ServerArgs) -> bool {
    if !args.is_balancer(peer) {
        return true;
    }
    let mut first = [0];
    let whole = async |stream: &mut TcpStream| Box::pin(read(stream, args, wire.gives_way())).await.is_ok();
    match timeout(args.header_timeout, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first == SIGNATURE[..1] => whole(stream).await,
        Ok(Ok(1)) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
