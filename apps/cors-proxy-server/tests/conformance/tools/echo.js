// A WebSocket server of another make than the tests' own: it sends back what it gets, compressed where a client offers it.
const { WebSocketServer } = require("ws");

// Some cases are 65,536 fragments long, of which it would take fewer.
const limits = { maxPayload: 1 << 28, maxFragments: 0, maxBufferedChunks: 0 };
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true, ...limits });
server.on("connection", (socket) => {
  // What a case breaks on purpose ends its connection, and nothing else.
  socket.on("error", () => {});
  socket.on("message", (data, binary) => socket.send(data, { binary }));
});
server.on("listening", () => console.log(server.address().port));
process.stdin.on("close", () => process.exit()).resume();
