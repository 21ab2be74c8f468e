-- Choose a proxy and count it as under way, in one round trip.
-- KEYS: mark, budgets, pairs, out, host, leases.
-- ARGV: terms, now or '', proxies, excluded, pin or '', seed, token.

local mark_key, budgets_key, pairs_key = KEYS[1], KEYS[2], KEYS[3]
local out_key, host_key, leases_key = KEYS[4], KEYS[5], KEYS[6]
local pool, seed, token = ARGV[3], tonumber(ARGV[6]), ARGV[7]
local pin = tonumber(ARGV[5])
local size = #pool / 4
local PROBES, TRIAL_PROBES, FREE_RETRIES = 16, 4, 5
local NO_PROXY_SECONDS, RETRIES_SECONDS, MINUTE_SECONDS = 15, 5, 60

local floor_stamp = redis.call('GET', mark_key)
if not floor_stamp then
  return {'cold'}
end
floor_stamp = tonumber(floor_stamp)

local function share()
  seed = seed * 48271 % 2147483647
  return seed / 2147483647
end

local function below(bound)
  return math.floor(share() * bound)
end

local function proxy_at(place)
  return (struct.unpack('<I4', pool, 4 * place + 1))
end

local function wait(till, why)
  return {'wait', why, text(till)}
end

-- Leases of workers that are gone end here, a few at a time.
for _, lease in ipairs(redis.call(
    'ZRANGEBYSCORE', leases_key, '-inf', text(now), 'LIMIT', 0, 8)) do
  redis.call('ZREM', leases_key, lease)
  local id = tonumber(string.match(lease, '^(%d+):'))
  local pair = read_pair(pairs_key, id)
  pair.in_flight = math.max(0, pair.in_flight - 1)
  keep_pair(pairs_key, out_key, id, pair)
end

local host = redis.call(
  'HMGET', host_key, 'slow_until', 'next_at', 'attempts', 'retries', 'counted_at')
local slow_until, next_at = tonumber(host[1] or 0), tonumber(host[2] or 0)
local kept = math.exp(-math.max(0, now - tonumber(host[5] or 0)) / MINUTE_SECONDS)
local attempts, retries = tonumber(host[3] or 0) * kept, tonumber(host[4] or 0) * kept

local excluded, is_retry = {}, 0
for place = 0, #ARGV[4] / 4 - 1 do
  excluded[(struct.unpack('<I4', ARGV[4], 4 * place + 1))] = true
  is_retry = 1
end

if now < slow_until and now < next_at then
  return wait(next_at, 'host_slowed')
end
if is_retry == 1 and not pin
    and retries + 1 > math.max(FREE_RETRIES, terms.retry_share * (attempts + 1)) then
  return wait(now + RETRIES_SECONDS, 'retries')
end

local function in_pool(id)
  local low, high = 0, size
  while low < high do
    local middle = math.floor((low + high) / 2)
    if proxy_at(middle) < id then
      low = middle + 1
    else
      high = middle
    end
  end
  return low < size and proxy_at(low) == id
end

local function stamp_of(id)
  return math.max(floor_stamp, tonumber(redis.call('HGET', budgets_key, id) or 0))
end

local function score_pair(pair)
  local worth = 0
  if pair.at > 0 then
    worth = fade_factor(now - pair.at)
  end
  local latency = terms.first_latency + worth * (pair.latency - terms.first_latency)
  local successes, failures = pair.successes * worth, pair.failures * worth
  local chance = (successes + 1.5) / (successes + failures + 2)
  local cost = (1 - chance) / chance * terms.failed_try_cost
  if pair.unjudged_at > 0 then
    local since = math.max(0, now - pair.unjudged_at)
    cost = cost + terms.failed_try_cost * math.exp(-since / terms.common_window)
  end
  return latency * (pair.in_flight + 1) + cost, latency, chance
end

local function take_best(list)
  local best, best_pair, best_score, best_latency, best_chance
  local drawn = {}
  for _, id in ipairs(list) do
    local pair = read_pair(pairs_key, id)
    local score, latency, chance = score_pair(pair)
    drawn[#drawn + 1] = struct.pack('<dd', id, score)
    if not best_score or score < best_score then
      best, best_pair, best_score = id, pair, score
      best_latency, best_chance = latency, chance
    end
  end
  local in_flight, trial = best_pair.in_flight, best_pair.half_open
  best_pair.in_flight = in_flight + 1
  if trial == 1 then
    best_pair.trial_until = now + terms.lease_lifetime
  end
  keep_pair(pairs_key, out_key, best, best_pair)
  redis.call('HSET', budgets_key, best,
    text(math.max(now, stamp_of(best)) + terms.budget_gap))
  if now < slow_until then
    redis.call('HSET', host_key, 'next_at', text(now + terms.slow_gap))
  end
  redis.call('HSET', host_key, 'attempts', text(attempts + 1), 'retries',
    text(retries + is_retry), 'counted_at', text(now))
  redis.call('PEXPIRE', host_key, DAY)
  redis.call('PEXPIRE', leases_key, DAY)
  local lease = best .. ':' .. trial .. ':' .. token
  redis.call('ZADD', leases_key, text(now + terms.lease_lifetime), lease)
  return {'choice', lease, struct.pack('<dddddd', best, best_score, best_latency,
    best_chance, in_flight, trial) .. table.concat(drawn)}
end

local free_at = {}  -- of those that are out, once they were read
local function read_out(only_pool)
  local found = redis.call('ZRANGEBYSCORE', out_key, '(' .. text(now), '+inf', 'WITHSCORES')
  local ids = {}
  for place = 1, #found, 2 do
    local id = tonumber(found[place])
    if not only_pool or in_pool(id) then
      ids[#ids + 1] = id
      free_at[id] = tonumber(found[place + 1])
    end
  end
  return ids
end

if pin then
  if size == 0 or not in_pool(pin) then
    return wait(now + NO_PROXY_SECONDS, 'pin_away')
  end
  local free = tonumber(redis.call('ZSCORE', out_key, member(pin)) or 0)
  local paid = stamp_of(pin) - terms.burst_ahead
  if math.max(free, paid) <= now then
    return take_best({pin})
  end
  if free >= paid then
    return wait(free, 'pin_cooling')
  end
  return wait(paid, 'pin_budget')
end
if size == 0 then
  return wait(now + NO_PROXY_SECONDS, 'no_proxy')
end

local allowed = math.floor(size * terms.most_out)
local away  -- nil: few are out, and each is asked for by itself
if redis.call('ZCOUNT', out_key, '(' .. text(now), '+inf') > allowed then
  away = {}
  local ids = read_out(true)
  for place = math.max(0, #ids - allowed) + 1, #ids do
    away[ids[place]] = true
  end
end

local function is_away(id)
  if away then
    return away[id]
  end
  local free = redis.call('ZSCORE', out_key, member(id))
  return free and tonumber(free) > now
end

local function may_go(id)
  return not is_away(id) and stamp_of(id) <= now + terms.burst_ahead
    and not excluded[id]
end

if share() < terms.trial_share then
  local due = redis.call('ZCOUNT', out_key, '-inf', text(now))
  if due > 0 then
    for _ = 1, TRIAL_PROBES do
      local place = below(due)
      local id = tonumber(redis.call('ZRANGE', out_key, place, place)[1])
      if may_go(id) and in_pool(id) then
        return take_best({id})
      end
    end
  end
end

if size > PROBES then
  local found, seen = {}, {}
  for _ = 1, PROBES do
    local id = proxy_at(below(size))
    if not seen[id] and may_go(id) then
      found[#found + 1] = id
      seen[id] = true
      if #found == terms.candidates then
        return take_best(found)
      end
    end
  end
end

-- Few may go: look through all.
if not away then
  away = {}
  for _, id in ipairs(read_out(false)) do
    away[id] = true
  end
end
local fit, first, why = {}, math.huge, 'all_tried'
for start = 0, size - 1, 1000 do
  local ids = {}
  for place = start, math.min(size, start + 1000) - 1 do
    ids[#ids + 1] = proxy_at(place)
  end
  local stamps = redis.call('HMGET', budgets_key, unpack(ids))
  for place, id in ipairs(ids) do
    if not excluded[id] then
      local paid = math.max(floor_stamp, tonumber(stamps[place] or 0))
        - terms.burst_ahead
      local free = away[id] and free_at[id] or 0
      if math.max(free, paid) <= now then
        fit[#fit + 1] = id
      elseif math.max(free, paid) < first then
        first = math.max(free, paid)
        why = free > paid and 'cooling' or 'budget'
      end
    end
  end
end
if #fit == 0 then
  return wait(first < math.huge and first or now + NO_PROXY_SECONDS, why)
end
local count = math.min(terms.candidates, #fit)
local drawn = {}
for place = 1, count do
  local other = place + below(#fit - place + 1)
  fit[place], fit[other] = fit[other], fit[place]
  drawn[place] = fit[place]
end
return take_best(drawn)
