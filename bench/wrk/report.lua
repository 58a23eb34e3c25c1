-- report.lua - what every load ends with: one line that bench/run reads.

function report(summary, latency)
   local e = summary.errors
   io.write(string.format(
      "REPORT requests=%d us=%d status=%d lost=%d p50=%d p95=%d p99=%d\n",
      summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
      latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
