//! gRPC over HTTP/2 without encryption, as much of it as Terraform's calls need: one message in, one message out.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use bytes::{BufMut, Bytes, BytesMut};
use h2::{RecvStream, server::SendResponse};
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::net::UnixStream;

use super::calls::Connection;

/// gRPC's code for a method that the server does not have.
const UNIMPLEMENTED: u32 = 12;
/// gRPC's code for a failure inside of the server.
const INTERNAL: u32 = 13;
/// More than any state that a provider is sent.
const WINDOW: u32 = 16 << 20;

/// Answers the calls of one connection until Terraform closes it.
pub(crate) async fn serve(stream: UnixStream, connection: Connection) -> Result<()> {
    let connection = Arc::new(connection);
    let mut server = h2::server::Builder::new()
        .initial_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .handshake::<_, Bytes>(stream)
        .await
        .context("greeting Terraform")?;
    while let Some(request) = server.accept().await {
        let (request, respond) = request.context("accepting a call")?;
        let connection = Arc::clone(&connection);
        // A call that Terraform gives up breaks its own stream and nothing else.
        tokio::spawn(async move { answer(request, respond, &connection).await.ok() });
    }
    Ok(())
}

async fn answer(request: Request<RecvStream>, mut respond: SendResponse<Bytes>, connection: &Connection) -> Result<()> {
    let path = request.uri().path().to_owned();
    let outcome = match body(request.into_body()).await {
        Ok(message) => connection.call(&path, &message),
        Err(error) => Some(Err(error)),
    };
    let mut response = Response::new(());
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    let mut stream = respond.send_response(response, false)?;
    let (code, text) = match outcome {
        Some(Ok(message)) => {
            stream.send_data(frame(&message), false)?;
            (0, String::new())
        }
        Some(Err(error)) => (INTERNAL, format!("{error:#}")),
        None => (UNIMPLEMENTED, format!("no method {path}")),
    };
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from(code));
    if let Ok(text) = HeaderValue::from_str(&text)
        && !text.is_empty()
    {
        trailers.insert("grpc-message", text);
    }
    stream.send_trailers(trailers)?;
    Ok(())
}

/// The one message of a request, without the five bytes before it.
async fn body(mut stream: RecvStream) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = stream.data().await {
        let chunk = chunk.context("receiving a message")?;
        stream.flow_control().release_capacity(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    let mut bytes = bytes.freeze();
    let Some((header, _)) = bytes.split_first_chunk::<5>() else { bail!("a message without a header") };
    let [compressed, length @ ..] = *header;
    if compressed != 0 {
        bail!("a compressed message, though no compression was agreed on");
    }
    let length = usize::try_from(u32::from_be_bytes(length))?;
    if bytes.len() != 5 + length {
        bail!("a message of {length} bytes arrived as {}", bytes.len() - 5);
    }
    Ok(bytes.split_off(5))
}

fn frame(message: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(message.len() + 5);
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).expect("no message of ours has four gigabytes"));
    framed.put_slice(message);
    framed.freeze()
}
