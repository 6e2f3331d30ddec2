-- Defines the requests that wrk sends, and prints one line with the result. From the environment: METHOD; BODY and
-- BODY_TIMES (the body is BODY, repeated this many times); and RATE in requests a second. Without a RATE each
-- connection sends its next request as soon as it has its response.
--
-- With a RATE, requests fall due at random (a Poisson process), whether responses come or not, in the same way for
-- every program that is measured. A free connection takes the next one. wrk corrects for requests that fall due while
-- all connections wait.
local rate = tonumber(os.getenv("RATE"))

wrk.method = os.getenv("METHOD")
if wrk.method == "POST" then
    wrk.body = string.rep(os.getenv("BODY"), tonumber(os.getenv("BODY_TIMES")))
    wrk.headers["Content-Type"] = "application/json"
end

if rate then
    local ffi = require "ffi"
    ffi.cdef [[
        typedef struct { long sec; long nsec; } bench_timespec;
        int clock_gettime(int clock, bench_timespec *time);
    ]]
    local monotonic = 1
    local time = ffi.new("bench_timespec")

    local function now()
        ffi.C.clock_gettime(monotonic, time)
        return tonumber(time.sec) + tonumber(time.nsec) / 1e9
    end

    local due = now()

    -- in ms, the resolution of wrk's timers
    function delay()
        due = due - math.log(1 - math.random()) / rate
        return math.max(0, math.floor((due - now()) * 1000 + 0.5))
    end
end

-- bench REQUESTS MICROSECONDS REFUSED BROKEN P50 P99 P99.9, the last three in µs
function done(summary, latency)
    local e = summary.errors
    io.write(string.format("bench %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
        e.status, e.connect + e.read + e.write + e.timeout,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
