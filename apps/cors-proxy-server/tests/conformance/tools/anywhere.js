// cors-anywhere itself, with the options of the first argument; it prints its port.
const { createServer } = require("cors-anywhere");

const { rateLimit, ...options } = JSON.parse(process.argv[2]);
if (rateLimit) options.checkRateLimit = require("cors-anywhere/lib/rate-limit")(rateLimit);
const server = createServer(options).listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("close", () => process.exit()).resume();
