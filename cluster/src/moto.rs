//! moto, a mock of AWS on the loopback device.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{control_plane::free_ports, process::Process, programs::root, waiting::eventually};

const PATIENCE: Duration = Duration::from_secs(20);

/// A running mock; it ends with the process that started it.
#[derive(Debug)]
pub struct Moto {
    port: u16,
    _process: Process,
}

/// A request as AWS takes it; moto reads the service and the region of its signature, and does not check it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Such as `POST`.
    pub method: &'a str,
    /// With its query.
    pub path: &'a str,
    /// Such as `sqs`.
    pub service: &'a str,
    /// Such as `eu-north-1`.
    pub region: &'a str,
    /// More headers, by which some services know what is asked.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is sent.
    pub body: &'a str,
}

impl Moto {
    /// Starts one that holds nothing yet.
    pub fn start(folder: &Path) -> Result<Self> {
        let program = root().join("target/e2e/venv/bin/moto_server");
        ensure!(program.exists(), "there is no `{}`: `make target/e2e/venv/done` installs it", program.display());
        let [port] = free_ports()?;
        let arguments = ["--host=127.0.0.1".to_owned(), format!("--port={port}")];
        let process = Process::start(&program, &arguments, &folder.join("moto.log"))?;
        let moto = Self { port, _process: process };
        let up =
            Call { method: "GET", path: "/moto-api/", service: "sts", region: "us-east-1", headers: &[], body: "" };
        let ready = eventually(60, || moto.call(up).map(drop).map_err(|error| format!("{error:#}")));
        ready.map_err(anyhow::Error::msg).context("waiting for moto")?;
        Ok(moto)
    }

    /// Its port of the loopback device.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where its APIs are.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The body of a good answer; another one is an error.
    pub fn call(&self, call: Call<'_>) -> Result<String> {
        let Call { method, path, service, region, headers, body } = call;
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = headers.concat();
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {service}.{region}.amazonaws.com\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=mock/20260101/{region}/{service}/aws4_request, \
             SignedHeaders=host, Signature=0\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, text) = answer.split_once("\r\n\r\n").with_context(|| format!("{method} {path}: no answer"))?;
        let status = head.split_whitespace().nth(1).unwrap_or_default();
        if !status.starts_with('2') {
            bail!("{method} {path}: {answer}");
        }
        Ok(text.to_owned())
    }
}
