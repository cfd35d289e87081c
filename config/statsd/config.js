// StatsD for Mingus: `node stats.js config/statsd/config.js`, then STATSD_HOST=127.0.0.1 for Mingus.
// One port by UDP and by TCP: with STATSD_PROTOCOL=tcp nothing is lost in bursts.
{
  servers: [
    {server: "./servers/udp", address: "127.0.0.1", port: 8125},
    {server: "./servers/tcp", address: "127.0.0.1", port: 8125},
  ],
  mgmt_address: "127.0.0.1",
  mgmt_port: 8126,
  flushInterval: 10000,
  percentThreshold: [50, 95, 99],
  deleteTimers: true, // an interval in which nothing was timed has no times, rather than times of zero
  backends: ["./backends/graphite"],
  graphiteHost: process.env.GRAPHITE_HOST || "127.0.0.1",
  graphitePort: Number(process.env.GRAPHITE_PORT || 2003),
  graphite: {legacyNamespace: false},
}
