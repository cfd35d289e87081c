// Reads one JSON array of questions, [what, ...arguments] each, and writes the answers of flags.js.
const { readFileSync } = require("node:fs");
require("node:vm").runInThisContext(readFileSync(process.argv[2], "utf8"));
const { evaluate, parts } = globalThis.mingusFlags;
const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(([what, ...given]) => (what === "evaluate" ? evaluate : parts[what])(...given) ?? null)));
