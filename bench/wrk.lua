-- For wrk: a new key per request where a prefix is given, and the result as one line of JSON.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end

function init(args)
  local prefix = args[1]
  if prefix == nil then return end
  local count = 0
  request = function()
    count = count + 1
    return wrk.format("GET", wrk.path .. "?n=" .. prefix .. "-" .. id .. "-" .. count)
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answers":%d,"durationUs":%d,"p50Us":%d,"p99Us":%d,"failures":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
