/** The number of steps in which a window slides. Rounding favours refusing, by one step at most. */
export const WINDOW_STEPS = 100;

/** Only the server's clock counts, since those of the processes differ. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * KEYS: a different counter for each share, a hash of weights by step. ARGV: 1 to take the shares or 0 only to look, the
 * number of steps, then weight, maximum and window of each share.
 * Returns {1, now}, or {0, index of the share that does not fit, milliseconds until it does}; -1 for never.
 */
export const RESERVE = `${NOW}
local take, steps = ARGV[1] == '1', tonumber(ARGV[2])
local function share(i)
  local at = 3 * i
  local window = tonumber(ARGV[at + 2])
  return tonumber(ARGV[at]), tonumber(ARGV[at + 1]), window, math.max(1, math.ceil(window / steps))
end
for i, key in ipairs(KEYS) do
  local weight, max, window, width = share(i)
  if weight > max then return { 0, i - 1, -1 } end
  local flat = redis.call('HGETALL', key)
  local used, live = 0, {}
  for f = 1, #flat, 2 do
    local ends = (tonumber(flat[f]) + 1) * width + window
    if ends <= now then
      redis.call('HDEL', key, flat[f])
    else
      used = used + tonumber(flat[f + 1])
      live[#live + 1] = { ends, tonumber(flat[f + 1]) }
    end
  end
  local excess = used + weight - max
  if excess > 0 then
    table.sort(live, function(a, b) return a[1] < b[1] end)
    for _, step in ipairs(live) do
      excess = excess - step[2]
      if excess <= 0 then return { 0, i - 1, math.max(1, step[1] - now) } end
    end
    return { 0, i - 1, window }
  end
end
if take then
  for i, key in ipairs(KEYS) do
    local weight, _, window, width = share(i)
    redis.call('HINCRBY', key, string.format('%d', math.floor(now / width)), weight)
    redis.call('PEXPIRE', key, window + 2 * width)
  end
end
return { 1, string.format('%d', now) }
`;

/** KEYS: the counters. ARGV: the number of steps, then each window. Returns how much of each is taken, and the ms until less is. */
export const USED = `${NOW}
local steps, uses = tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local window = tonumber(ARGV[i + 1])
  local width = math.max(1, math.ceil(window / steps))
  local flat = redis.call('HGETALL', key)
  local used, first = 0, nil
  for f = 1, #flat, 2 do
    local ends, weight = (tonumber(flat[f]) + 1) * width + window, tonumber(flat[f + 1])
    if ends > now and weight > 0 then
      used = used + weight
      if first == nil or ends < first then first = ends end
    end
  end
  uses[2 * i - 1] = used
  uses[2 * i] = first == nil and 0 or first - now
end
return uses
`;

/** KEYS: the counters. ARGV: when the shares were taken, the number of steps, then weight and window of each. */
export const RELEASE = `
local at, steps = tonumber(ARGV[1]), tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  local weight, window = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  local width = math.max(1, math.ceil(window / steps))
  local step = string.format('%d', math.floor(at / width))
  local held = tonumber(redis.call('HGET', key, step) or '0')
  if held > weight then redis.call('HINCRBY', key, step, -weight) else redis.call('HDEL', key, step) end
end
`;

/**
 * KEYS: a record, and the ids of its kind by expiry. ARGV: its id, `=` and the text that it must have, or nothing, the same
 * for its new text, time to live. Returns 1 if it was done.
 */
export const SWAP = `${NOW}
local current = redis.call('GET', KEYS[1])
if (current and ('=' .. current) or '') ~= ARGV[2] then return 0 end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if ARGV[3] == '' then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('SET', KEYS[1], string.sub(ARGV[3], 2), 'PX', ARGV[4])
  redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), ARGV[1])
end
return 1
`;

/** KEYS[1]: revocations by expiry. ARGV: id, time to live. Drops expired ones. */
export const REVOKE = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
`;

/** KEYS[1]: ids by expiry. Returns those that have not expired. */
export const LIVING = `${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%d', now), '+inf')
`;
