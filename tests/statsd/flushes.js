// A backend of StatsD that appends what it flushes to a file, a line of JSON each time, for tests to read.
const fs = require("fs");

exports.init = (startedAt, config, events) => {
  events.on("flush", (timestamp, { counters, gauges, timer_data: timers }) => {
    fs.appendFileSync(config.flushes, JSON.stringify({ counters, gauges, timers }) + "\n");
  });
  return true;
};
