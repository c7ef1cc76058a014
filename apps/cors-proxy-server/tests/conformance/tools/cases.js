// Autobahn's client under test: it asks a server for its cases, one connection each, and sends back what it gets.
const WebSocket = require("ws");

const [base] = process.argv.slice(2);

// Calls back with each message, and ends with the connection.
const visit = (path, message) =>
  new Promise((resolve) => {
    const socket = new WebSocket(base + path, { perMessageDeflate: true, maxPayload: 1 << 28 });
    socket.on("error", () => {});
    socket.on("message", (data, binary) => message(socket, data, binary));
    socket.on("close", resolve);
  });

(async () => {
  let cases = 0;
  await visit("/getCaseCount", (_, data) => (cases = Number(data)));
  for (let nth = 1; nth <= cases; nth++) {
    await visit(`/runCase?case=${nth}&agent=ws`, (socket, data, binary) => socket.send(data, { binary }));
  }
  await visit("/updateReports?agent=ws", () => {});
  console.log(cases);
})();
