-- Sends what a folder says (see kini/bench/load_generator.py): files of lines, each taken in turn.
local folder, method, status, key, first

local function lines(name)
  local found = {}
  local file = io.open(folder .. "/" .. name, "r")
  if file then
    for line in file:lines() do found[#found + 1] = line end
    file:close()
  end
  return found
end

local paths, bodies, headers, sent
errors = 0

local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int, moment *);")
local now, MONOTONIC = ffi.new("moment"), 1

local function milliseconds()
  ffi.C.clock_gettime(MONOTONIC, now)
  return tonumber(now.seconds) * 1000 + tonumber(now.nanoseconds) / 1e6
end

function setup(thread)
  threads = threads or {}
  threads[#threads + 1] = thread
end

function init(args)
  folder, method, status, key, first = args[1], args[2], tonumber(args[3]), args[4], tonumber(args[5])
  paths, bodies, headers, sent = lines("paths"), lines("bodies"), {}, first
  for _, name in ipairs(lines("headers")) do headers[name] = lines("header-" .. name) end
  local rate = tonumber(args[6])
  if rate > 0 then
    -- Arrivals that do not wait for one another (Poisson): each request reserves the next moment of one schedule.
    local next_at = milliseconds()
    delay = function()
      next_at = next_at - math.log(1 - math.random()) * 1000 / rate
      return math.max(0, math.floor(next_at - milliseconds()))
    end
  end
end

function request()
  local own = {}
  for name, values in pairs(headers) do own[name] = values[sent % #values + 1] end
  if key ~= "-" then own["Idempotency-Key"] = key .. "-" .. sent end
  local path, body = paths[sent % #paths + 1], bodies[sent % math.max(#bodies, 1) + 1]
  sent = sent + 1
  return wrk.format(method, path, own, body)
end

function response(answered, _, body)
  if answered == status then return end
  if errors == 0 then io.write("WRONG ", answered, " ", body:sub(1, 500):gsub("%s+", " "), "\n") end
  errors = errors + 1
end

function done(summary, latency)
  local socket = summary.errors
  local wrong = socket.connect + socket.read + socket.write + socket.timeout
  if wrong > 0 then
    io.write(string.format("WRONG nothing: %d connects, %d reads, %d writes, %d timeouts failed\n",
      socket.connect, socket.read, socket.write, socket.timeout))
  end
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("errors") end
  io.write(string.format("MEASURED %d %d %.3f %.3f %d\n", summary.requests, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, wrong))
end
