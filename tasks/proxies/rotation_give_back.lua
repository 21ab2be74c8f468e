-- Record how an attempt ended, in one round trip.
-- KEYS: pairs, out, host, leases, recent.
-- ARGV: terms, now or '', lease, outcome, latency, retry after or '', share.
-- ARGV[3] is proxy:trial:token.

local pairs_key, out_key, host_key = KEYS[1], KEYS[2], KEYS[3]
local leases_key, recent_key = KEYS[4], KEYS[5]
local outcome, latency = ARGV[4], tonumber(ARGV[5])
local retry_after, share = tonumber(ARGV[6]), tonumber(ARGV[7])
local RECENT_KEPT, COMMON_ATTEMPTS, COMMON_PROXIES = 64, 8, 3
local FAILURES_FOR_SHARE, TRIP_MEMORY = 3, 0.25

local proxy, trial = string.match(ARGV[3], '^(%d+):(%d):')
proxy, trial = tonumber(proxy), trial == '1'
local pair = read_pair(pairs_key, proxy)
if redis.call('ZREM', leases_key, ARGV[3]) == 1 then
  pair.in_flight = math.max(0, pair.in_flight - 1)
end
if trial then
  pair.trial_until = 0
end

local blamed, out_until, back, began, forgiven = 0, -1, 0, 0, {}

local function answer()
  keep_pair(pairs_key, out_key, proxy, pair)
  for _, key in ipairs({pairs_key, out_key, host_key, recent_key}) do
    redis.call('PEXPIRE', key, DAY)
  end
  local ids = {}
  for place, id in ipairs(forgiven) do
    ids[place] = struct.pack('<d', id)
  end
  return struct.pack('<dddd', blamed, out_until, back, began) .. table.concat(ids)
end

local function fade()
  if pair.at > 0 then
    local worth = fade_factor(now - pair.at)
    pair.successes = pair.successes * worth
    pair.failures = pair.failures * worth
    pair.doubt_failures = pair.doubt_failures * worth
    pair.latency = terms.first_latency + worth * (pair.latency - terms.first_latency)
  else
    pair.latency = terms.first_latency
  end
  pair.at = now
end

local function remember_seen(succeeded)
  redis.call('LPUSH', recent_key, struct.pack(SEEN, now, proxy, succeeded))
  redis.call('LTRIM', recent_key, 0, RECENT_KEPT - 1)
end

if outcome == 'success' then
  local kept = 0
  if pair.at > 0 then
    kept = math.exp(-math.max(0, now - pair.at) / terms.latency_memory)
  end
  fade()
  pair.latency = math.max(latency, latency + (pair.latency - latency) * kept)
  pair.successes = pair.successes + 1
  pair.in_row = 0
  pair.trips = math.max(0, pair.trips - TRIP_MEMORY)
  pair.doubt_at, pair.unjudged_at = 0, 0
  if pair.half_open == 1 and (trial or pair.out_until <= now) then
    pair.half_open, pair.out_until, back = 0, 0, 1
  end
  remember_seen(1)
  redis.call('HDEL', host_key, 'slow_until')
  return answer()
end
if outcome ~= 'proxy' and outcome ~= 'blocked' and outcome ~= 'target' then
  return answer()
end

fade()
pair.latency = math.max(pair.latency, latency)
remember_seen(0)
local window, recent = {}, {}
for place, kept in ipairs(redis.call('LRANGE', recent_key, 0, -1)) do
  local at, id, succeeded = struct.unpack(SEEN, kept)
  recent[place] = {at = at, id = id, succeeded = succeeded == 1}
  if at > now - terms.common_window then
    window[#window + 1] = recent[place]
  end
end

local function is_common_mode()
  local used, failing, seen, failed = 0, 0, {}, {}
  for _, one in ipairs(window) do
    if not seen[one.id] then
      seen[one.id] = true
      used = used + 1
    end
  end
  local needed, successes = math.max(COMMON_PROXIES, used / 2), 0
  for place, one in ipairs(window) do
    if one.succeeded then
      successes = successes + 1
    elseif not failed[one.id] then
      failed[one.id] = true
      failing = failing + 1
    end
    if place >= COMMON_ATTEMPTS and successes < place * terms.common_share
        and failing >= needed then
      return true
    end
  end
  return false
end

local function forgive(id, since)
  local other = id == proxy and pair or read_pair(pairs_key, id)
  if other.doubt_at == 0 or other.doubt_at < since then
    return
  end
  other.failures = math.max(0, other.failures - other.doubt_failures)
  other.in_row, other.trips = other.doubt_in_row, other.doubt_trips
  other.out_until, other.half_open = other.doubt_until, other.doubt_half_open
  other.doubt_at = 0
  keep_pair(pairs_key, out_key, id, other)
  forgiven[#forgiven + 1] = id
end

local host = redis.call('HMGET', host_key, 'common_until', 'slow_until', 'next_at')
local common_until = tonumber(host[1] or 0)
local common = is_common_mode()
if common or now < common_until then
  pair.unjudged_at = now
  local gap = terms.slow_gap
  if retry_after then
    gap = math.min(retry_after, terms.longest_cool_down)
    redis.call('HSET', host_key, 'next_at',
      text(math.max(tonumber(host[3] or 0), now + gap)))
  end
  redis.call('HSET', host_key, 'slow_until', text(math.max(
    tonumber(host[2] or 0), now + terms.common_window, now + gap)))
  if common then
    began = now >= common_until and 1 or 0
    redis.call('HSET', host_key, 'common_until', text(now + terms.common_window))
    local asked = {}
    for _, one in ipairs(recent) do
      if not one.succeeded and one.at > now - 2 * terms.common_window
          and not asked[one.id] then
        asked[one.id] = true
        forgive(one.id, now - 2 * terms.common_window)
      end
    end
    table.sort(forgiven)
  end
  return answer()
end

if outcome == 'target' then
  local others, successes = 0, 0
  for _, one in ipairs(window) do
    if one.id ~= proxy and others < COMMON_ATTEMPTS then
      others = others + 1
      successes = successes + (one.succeeded and 1 or 0)
    end
  end
  if others == 0 or 2 * successes < others then
    pair.unjudged_at = now
    return answer()
  end
end

blamed = 1
pair.unjudged_at = 0
if pair.doubt_at == 0 or pair.doubt_at <= now - terms.common_window then
  pair.doubt_at, pair.doubt_failures = now, 0
  pair.doubt_in_row, pair.doubt_trips = pair.in_row, pair.trips
  pair.doubt_until, pair.doubt_half_open = pair.out_until, pair.half_open
end
pair.failures = pair.failures + 1
pair.doubt_failures = pair.doubt_failures + 1
pair.in_row = pair.in_row + 1

local failures = pair.failures
local many = failures >= FAILURES_FOR_SHARE
  and failures > terms.failure_share * (pair.successes + failures)
if retry_after then
  out_until = math.max(pair.out_until, now + retry_after)
elseif not (pair.out_until > now and not trial) and (pair.half_open == 1
    or outcome == 'blocked' or pair.in_row >= terms.failures_in_row or many) then
  pair.trips = pair.trips + 1
  local longest = math.min(terms.longest_cool_down,
    terms.first_cool_down * 2 ^ math.min(pair.trips - 1, 60))
  out_until = now + (0.5 + 0.5 * share) * longest
end
if out_until >= 0 then
  pair.out_until, pair.half_open = out_until, 1
end
return answer()
