// A WebSocket server of another make than the tests' own: it sends back what it gets, compressed where a client offers it.
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true, maxPayload: 1 << 28 });
server.on("connection", (socket) => {
  // What a case breaks on purpose ends its connection, and nothing else.
  socket.on("error", () => {});
  socket.on("message", (data, binary) => socket.send(data, { binary }));
});
server.on("listening", () => console.log(server.address().port));
process.stdin.on("close", () => process.exit()).resume();
