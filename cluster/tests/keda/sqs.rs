//! Queues of SQS on moto, a mock of AWS.

use std::path::Path;

use cluster::{Call, Moto};
use serde_json::{Value as Json, json};

const REGION: &str = "eu-north-1";

/// A queue, and the mock that keeps it.
pub(crate) struct Sqs {
    moto: Moto,
    url: String,
}

impl Sqs {
    /// Starts one that has this queue.
    pub(crate) fn start(queue: &str, folder: &Path) -> Self {
        let moto = Moto::start(folder).unwrap_or_else(|error| panic!("{error:#}"));
        let mut sqs = Self { moto, url: String::new() };
        let made = sqs.call("CreateQueue", &json!({ "QueueName": queue }));
        made["QueueUrl"].as_str().unwrap().clone_into(&mut sqs.url);
        sqs
    }

    pub(crate) fn address(&self) -> String {
        self.moto.address()
    }

    /// Puts so many messages into the queue.
    pub(crate) fn send(&self, messages: usize) {
        for number in 0..messages {
            self.call("SendMessage", &json!({ "QueueUrl": self.url, "MessageBody": number.to_string() }));
        }
    }

    /// Takes so many messages, and returns what each is deleted by.
    pub(crate) fn take(&self, messages: usize) -> Vec<String> {
        let mut taken = Vec::new();
        while taken.len() < messages {
            let most = (messages - taken.len()).min(10);
            let asked = json!({ "QueueUrl": self.url, "MaxNumberOfMessages": most, "VisibilityTimeout": 3600 });
            let answer = self.call("ReceiveMessage", &asked);
            let got = answer["Messages"].as_array().cloned().unwrap_or_default();
            assert!(!got.is_empty(), "the queue has fewer than {messages} messages");
            taken.extend(got.iter().map(|of| of["ReceiptHandle"].as_str().unwrap().to_owned()));
        }
        taken
    }

    /// Deletes what was taken.
    pub(crate) fn delete(&self, taken: &[String]) {
        for handle in taken {
            self.call("DeleteMessage", &json!({ "QueueUrl": self.url, "ReceiptHandle": handle }));
        }
    }

    fn call(&self, action: &str, body: &Json) -> Json {
        let target = format!("AmazonSQS.{action}");
        let answer = self.moto.call(Call {
            method: "POST",
            path: "/",
            service: "sqs",
            region: REGION,
            headers: &[("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", &target)],
            body: &body.to_string(),
        });
        let text = answer.unwrap_or_else(|error| panic!("{action}: {error:#}"));
        if text.trim().is_empty() { Json::Null } else { serde_json::from_str(&text).unwrap() }
    }
}
