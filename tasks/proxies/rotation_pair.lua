-- What both scripts know: the terms, a pair's state, how evidence fades.
-- The rule itself is rotation_choice.py and rotation_record.py; a test compares them.

local PAIR = '<ddddddddddddddddd'
local SEEN = '<dI4B'
local DAY = 86400000

local terms = {}
do
  local names = {
    'half_life', 'latency_memory', 'first_latency', 'failed_try_cost', 'candidates',
    'trial_share', 'most_out', 'budget_gap', 'burst_ahead', 'failures_in_row',
    'failure_share', 'first_cool_down', 'longest_cool_down', 'common_window',
    'common_share', 'slow_gap', 'retry_share', 'lease_lifetime',
  }
  local place = 1
  for _, name in ipairs(names) do
    terms[name], place = struct.unpack('<d', ARGV[1], place)
  end
end

local now = tonumber(ARGV[2])
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
end

local function text(number)
  return string.format('%.17g', number)
end

local function member(id)
  return string.format('%010d', id)
end

local function fade_factor(seconds)
  return math.exp(-math.max(0, seconds) / terms.half_life * math.log(2))
end

local function new_pair()
  return {
    successes = 0, failures = 0, latency = 0, at = 0, in_flight = 0, in_row = 0,
    trips = 0, out_until = 0, trial_until = 0, half_open = 0, unjudged_at = 0, doubt_at = 0,
    doubt_failures = 0, doubt_in_row = 0, doubt_trips = 0, doubt_until = 0,
    doubt_half_open = 0,
  }
end

local function read_pair(key, id)
  local kept = redis.call('HGET', key, id)
  if not kept then
    return new_pair()
  end
  local p = {}
  p.successes, p.failures, p.latency, p.at, p.in_flight, p.in_row, p.trips,
    p.out_until, p.trial_until, p.half_open, p.unjudged_at, p.doubt_at, p.doubt_failures,
    p.doubt_in_row, p.doubt_trips, p.doubt_until, p.doubt_half_open =
    struct.unpack(PAIR, kept)
  return p
end

local function keep_pair(pairs_key, out_key, id, p)
  redis.call('HSET', pairs_key, id, struct.pack(
    PAIR, p.successes, p.failures, p.latency, p.at, p.in_flight, p.in_row, p.trips,
    p.out_until, p.trial_until, p.half_open, p.unjudged_at, p.doubt_at, p.doubt_failures,
    p.doubt_in_row, p.doubt_trips, p.doubt_until, p.doubt_half_open))
  if p.half_open == 1 then
    redis.call('ZADD', out_key, text(math.max(p.out_until, p.trial_until)), member(id))
  else
    redis.call('ZREM', out_key, member(id))
  end
end
