//! Queues of SQS on moto, a mock of AWS.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use cluster::{Process, eventually, free_ports, root};
use serde_json::{Value as Json, json};

const REGION: &str = "eu-north-1";

/// A queue, and the mock that keeps it.
pub(crate) struct Sqs {
    port: u16,
    url: String,
    _process: Process,
}

impl Sqs {
    /// Starts one that has this queue.
    pub(crate) fn start(queue: &str, folder: &Path) -> Self {
        let program = root().join("target/e2e/venv/bin/moto_server");
        assert!(program.exists(), "there is no `{}`: `make keda` installs it", program.display());
        let [port] = free_ports().unwrap();
        let arguments = ["--host=127.0.0.1".to_owned(), format!("--port={port}")];
        let process = Process::start(&program, &arguments, &folder.join("moto.log")).unwrap();
        let mut sqs = Self { port, url: String::new(), _process: process };
        let made = eventually(60, || sqs.call("CreateQueue", &json!({ "QueueName": queue })));
        let made = made.unwrap_or_else(|reason| panic!("moto: {reason}"));
        made["QueueUrl"].as_str().unwrap().clone_into(&mut sqs.url);
        sqs
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Puts so many messages into the queue.
    pub(crate) fn send(&self, messages: usize) {
        for number in 0..messages {
            let message = json!({ "QueueUrl": self.url, "MessageBody": number.to_string() });
            self.call("SendMessage", &message).unwrap();
        }
    }

    /// Takes so many messages, and returns what each is deleted by.
    pub(crate) fn take(&self, messages: usize) -> Vec<String> {
        let mut taken = Vec::new();
        while taken.len() < messages {
            let most = (messages - taken.len()).min(10);
            let asked = json!({ "QueueUrl": self.url, "MaxNumberOfMessages": most, "VisibilityTimeout": 3600 });
            let answer = self.call("ReceiveMessage", &asked).unwrap();
            let got = answer["Messages"].as_array().cloned().unwrap_or_default();
            assert!(!got.is_empty(), "the queue has fewer than {messages} messages");
            taken.extend(got.iter().map(|of| of["ReceiptHandle"].as_str().unwrap().to_owned()));
        }
        taken
    }

    /// Deletes what was taken.
    pub(crate) fn delete(&self, taken: &[String]) {
        for handle in taken {
            self.call("DeleteMessage", &json!({ "QueueUrl": self.url, "ReceiptHandle": handle })).unwrap();
        }
    }

    fn call(&self, action: &str, body: &Json) -> Result<Json, String> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).map_err(|error| error.to_string())?;
        let credential = format!(
            "AWS4-HMAC-SHA256 Credential=mock/20260101/{REGION}/sqs/aws4_request, SignedHeaders=host, Signature=0"
        );
        let request = format!(
            "POST / HTTP/1.0\r\nHost: sqs.{REGION}.amazonaws.com\r\nAuthorization: {credential}\r\n\
             Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.{action}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(|error| error.to_string())?;
        let (head, text) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        if !head.lines().next().unwrap_or_default().contains(" 200 ") {
            return Err(format!("{action}: {answer}"));
        }
        if text.trim().is_empty() {
            Ok(Json::Null)
        } else {
            serde_json::from_str(text).map_err(|error| error.to_string())
        }
    }
}
