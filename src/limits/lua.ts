/** The number of steps in which a window slides. Rounding favours refusing, by one step at most. */
export const WINDOW_STEPS = 100;

/** Only the server's clock counts, since those of the processes differ. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * What the store remembers: a word that changes whenever it may have forgotten something, which is when another server answers
 * (a replica that took over, or the same one started anew), when it has thrown something out for want of room, or when the word
 * itself is gone.
 */
const MEMORY = `
local function memory(key, fresh)
  local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or 'unknown'
  local evicted = string.match(redis.call('INFO', 'stats'), 'evicted_keys:(%d+)') or '0'
  local kept = redis.call('HMGET', key, 'server', 'evicted', 'word')
  if kept[1] == server and kept[2] == evicted and kept[3] then return kept[3] end
  redis.call('HSET', key, 'server', server, 'evicted', evicted, 'word', fresh)
  return fresh
end
`;

/** KEYS[1]: the memory. ARGV: a fresh word for it, a number that is never the same. Writes in any case. Returns the word. */
export const REMEMBER = `${MEMORY}
local word = memory(KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], 'asked', ARGV[2])
return word
`;

/**
 * KEYS: the memory, and what is claimed. ARGV: a fresh word, the word that must be the present one or nothing, time to live.
 * Returns 1 for the first claim, 0 for a later one, -1 where the store may have forgotten an earlier one.
 */
export const CLAIM = `${MEMORY}
local word = memory(KEYS[1], ARGV[1])
if ARGV[2] ~= '' and ARGV[2] ~= word then return -1 end
return redis.call('SET', KEYS[2], 1, 'PX', ARGV[3], 'NX') and 1 or 0
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
 * KEYS: a record, the ids of its kind by expiry, and the memory. ARGV: its id, `=` and the text that it must have, or nothing,
 * the same for its new text, time to live, a fresh word, the word that must be the present one or nothing. Returns 1 if it was
 * done.
 */
export const SWAP = `${NOW}${MEMORY}
if ARGV[6] ~= '' and memory(KEYS[3], ARGV[5]) ~= ARGV[6] then return 0 end
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
