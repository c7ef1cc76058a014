// A gRPC-web server and its clients, of the Connect library: `server` prints its port, `client BASE` calls it and prints what
// came of each call, a line of JSON each, and then a line that says so.
const http = require("node:http");
const { create, createFileRegistry } = require("@bufbuild/protobuf");
const wkt = require("@bufbuild/protobuf/wkt");
const { Code, ConnectError, createClient } = require("@connectrpc/connect");
const { connectNodeAdapter, createGrpcWebTransport } = require("@connectrpc/connect-node");
const web = require("@connectrpc/connect-web");

// What a `.proto` file would say, so that nothing need be generated: Say, Count (a stream of answers), Fail, Late.
const text = ".google.protobuf.StringValue";
const method = (name, serverStreaming) => ({ name, inputType: text, outputType: text, serverStreaming });
const file = create(wkt.FileDescriptorProtoSchema, {
  name: "echo.proto",
  package: "test",
  syntax: "proto3",
  dependency: ["google/protobuf/wrappers.proto"],
  service: [{ name: "Echo", method: [method("Say"), method("Count", true), method("Fail"), method("Late", true)] }],
});
const wrappers = wkt.file_google_protobuf_wrappers;
const found = (name) => (name === wrappers.proto.name ? wrappers : undefined);
const Echo = createFileRegistry(file, found).getService("test.Echo");

// Whoever waits for a client to have heard so much.
const heard = new Map();

const routes = (router) =>
  router.service(Echo, {
    say(request, context) {
      heard.get(request.value)?.();
      context.responseHeader.set("x-lead", context.requestHeader.get("x-asked") ?? "");
      context.responseTrailer.set("x-trail", "after");
      return { value: request.value };
    },
    async *count(request) {
      for (let nth = 1; nth <= Number(request.value); nth++) {
        const said = new Promise((resolve) => heard.set(`heard ${nth}`, resolve));
        yield { value: String(nth) };
        await said;
      }
    },
    fail() {
      throw new ConnectError("not for you", Code.PermissionDenied, { "x-trail": "refused" });
    },
    async *late() {
      yield { value: "begun" };
      throw new ConnectError("then lost", Code.DataLoss);
    },
  });

const serve = () => {
  const server = http.createServer(connectNodeAdapter({ routes }));
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
  process.stdin.on("close", () => process.exit()).resume();
};

const call = async (base) => {
  const transports = {
    node: createGrpcWebTransport({ baseUrl: base, httpVersion: "1.1" }),
    web: web.createGrpcWebTransport({ baseUrl: base }),
  };
  for (const [by, transport] of Object.entries(transports)) {
    const client = createClient(Echo, transport);
    const say = (what, outcome) => console.log(JSON.stringify({ by, what, ...outcome }));
    const trailOf = (headers) => headers.get("x-trail");
    const lost = (error) => ({ code: Code[error.code], message: error.rawMessage, trail: trailOf(error.metadata) });
    let lead, trail;
    const options = {
      headers: { "x-asked": "yes" },
      onHeader: (headers) => (lead = headers.get("x-lead")),
      onTrailer: (trailers) => (trail = trailOf(trailers)),
    };
    const said = await client.say({ value: "é" }, options);
    say("say", { value: said.value, lead, trail });
    const long = await client.say({ value: "x".repeat(3000000) });
    say("long", { length: long.value.length });
    const values = [];
    for await (const message of client.count({ value: "5" })) {
      values.push(message.value);
      // Not before does the next one leave the server.
      await client.say({ value: `heard ${message.value}` });
    }
    say("count", { values });
    await client.fail({ value: "" }).catch((error) => say("fail", lost(error)));
    const begun = [];
    try {
      for await (const message of client.late({ value: "" })) begun.push(message.value);
    } catch (error) {
      say("late", { begun, ...lost(error) });
    }
    const deadline = await client.say({ value: "in time" }, { timeoutMs: 20000 });
    say("deadline", { value: deadline.value });
  }
  console.log("done");
};

const [role, base] = process.argv.slice(2);
role === "server" ? serve() : call(base);
