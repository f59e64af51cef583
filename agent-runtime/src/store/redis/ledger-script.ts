/**
 * The scripts of the ledger. Each decides and takes everything at once. Keys, all below one tag and so in one slot:
 *
 * - `bucket:<id>`: the moment, in ms of the server's clock, at which the bucket is full; absent when it is.
 * - `concurrency`: hash of held leases by id.
 * - `budget:<id>`: hash of `spent`, `reserved`, `unconfirmed`, in nano-dollars.
 * - `table:switches`: hash of rows by scope.
 * - `processes`: hash of beats by process; a number that stands still tells that a process is gone.
 * - `process:<id>`: hash of `applied`, the number of the last operation of the process that had an effect, and of its
 *   open leases, `lease:<id>`, as they were asked for.
 * - `gone:<id>`: `applied` of a process that was taken for gone, for a day.
 * - `reaped:<lease>`: a lease that was charged at its bound, for a day.
 * - `usage:<hour>`: hash of sums by `<figure>:<row>`.
 *
 * Operations arrive as JSON with short names; `ledger-message.ts` writes them. Redis itself refuses a script before it
 * begins when memory is full, when it is a replica or when it has too few of them; those that only give back or count
 * run with full memory too.
 */
const PRELUDE = `
local tag = KEYS[1]
local DAY_MS = 86400000
-- Sums of times are not exact: what refills in a microsecond counts as there.
local SLACK_MS = 0.001

local function whole(number) return string.format('%.0f', number) end

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000
end

-- Key of a process, and the number of its last operation. One that was taken for gone and lives is counted again.
local function enter(process)
  local key = tag .. ':process:' .. process
  local applied = redis.call('HGET', key, 'applied')
  if not applied then
    applied = redis.call('GET', tag .. ':gone:' .. process) or '0'
    redis.call('HSET', key, 'applied', applied)
    redis.call('HINCRBY', tag .. ':processes', process, 1)
  end
  return key, tonumber(applied)
end

-- bucket = {id, capacity, refill per second, amount}; missing = ms until it is full
local function missingOf(fullAt, now) return math.max(0, (tonumber(fullAt or 0)) - now) end

local function tokensOf(bucket, missing)
  return bucket[2] - math.max(0, missing - SLACK_MS) * bucket[3] / 1000
end

-- The debt of a bucket never exceeds one capacity.
local function take(bucket, missing, tokens, now)
  local after = math.min(missing + tokens / bucket[3] * 1000, 2 * bucket[2] / bucket[3] * 1000)
  local key = tag .. ':bucket:' .. bucket[1]
  if after > 0 then
    redis.call('SET', key, string.format('%.3f', now + after), 'PX', whole(math.ceil(after)))
    return after
  end
  if missing > 0 then redis.call('DEL', key) end
  return 0
end

-- budget = {id, end of window, cap}; kept as long as keptAfterEndMs of ledger.ts says
local function charge(budget, spent, reserved, unconfirmed)
  local key = tag .. ':budget:' .. budget[1]
  local isNew = redis.call('EXISTS', key) == 0
  if spent ~= 0 then redis.call('HINCRBY', key, 'spent', whole(spent)) end
  if reserved ~= 0 then redis.call('HINCRBY', key, 'reserved', whole(reserved)) end
  if unconfirmed ~= 0 then redis.call('HINCRBY', key, 'unconfirmed', whole(unconfirmed)) end
  if isNew then
    local days = string.sub(budget[1], 1, 8) == 'session:' and 2 or 40
    redis.call('PEXPIREAT', key, whole(budget[2] + days * DAY_MS))
  end
end

local function release(lease)
  for _, held in ipairs(lease.c) do
    if redis.call('HINCRBY', tag .. ':concurrency', held[1], -1) <= 0 then
      redis.call('HDEL', tag .. ':concurrency', held[1])
    end
  end
end
`;

const ADMIT = `
local request = cjson.decode(ARGV[1])
local isReplay = ARGV[2] == 'replay'
local process, applied = enter(request.p)
if request.n <= applied then return {'known'} end
if isReplay and redis.call('EXISTS', tag .. ':reaped:' .. request.l) == 1 then return {'known'} end

local function percentOf(row)
  local isJson, value = pcall(cjson.decode, row)
  return isJson and type(value) == 'table' and type(value.percent) == 'number' and value.percent or 0
end

if not isReplay and #request.s > 0 then
  local rows = redis.call('HMGET', tag .. ':table:switches', unpack(request.s))
  for at, row in ipairs(rows) do
    if row and request.d >= percentOf(row) then return {'switched-off', at - 1} end
  end
end

local now = nowMs()
local missing, states = {}, {}
local short, wait = nil, 0
if #request.t > 0 then
  local keys = {}
  for at, bucket in ipairs(request.t) do keys[at] = tag .. ':bucket:' .. bucket[1] end
  local stored = redis.call('MGET', unpack(keys))
  for at, bucket in ipairs(request.t) do
    missing[at] = missingOf(stored[at], now)
    local lacking = (bucket[4] - tokensOf(bucket, missing[at])) / bucket[3] * 1000
    if lacking > wait then short, wait = at, lacking end
  end
end

local function stateOf(at, bucket)
  states[2 * at - 1] = math.floor(tokensOf(bucket, missing[at]))
  states[2 * at] = math.ceil(missing[at])
end

if short and not isReplay then
  for at, bucket in ipairs(request.t) do stateOf(at, bucket) end
  return {'rate-limited', short - 1, math.ceil(wait), states}
end

if not isReplay then
  for at, held in ipairs(request.c) do
    local count = redis.call('HGET', tag .. ':concurrency', held[1])
    if tonumber(count or 0) >= held[2] then return {'too-many-at-once', at - 1} end
  end
end

local sums = {}
for at, budget in ipairs(request.m) do
  local values = redis.call('HMGET', tag .. ':budget:' .. budget[1], 'spent', 'reserved')
  local spent, reserved = tonumber(values[1] or 0), tonumber(values[2] or 0)
  if not isReplay and spent + reserved + request.b > budget[3] then
    return {'over-budget', at - 1, spent, reserved}
  end
  sums[2 * at - 1], sums[2 * at] = spent, reserved + request.b
end

for at, bucket in ipairs(request.t) do
  missing[at] = take(bucket, missing[at], bucket[4], now)
  stateOf(at, bucket)
end
for _, held in ipairs(request.c) do redis.call('HINCRBY', tag .. ':concurrency', held[1], 1) end
for _, budget in ipairs(request.m) do charge(budget, 0, request.b, 0) end
redis.call('HSET', process, 'applied', whole(request.n), 'lease:' .. request.l, ARGV[1])
return {'admitted', states, sums}
`;

const SETTLE = `
local request = cjson.decode(ARGV[1])
local process, applied = enter(request.p)
if request.n <= applied then return 0 end

local function chargeAll(budgets, spent, reserved, unconfirmed)
  for _, budget in ipairs(budgets) do charge(budget, spent, reserved, unconfirmed) end
end

local open = redis.call('HGET', process, 'lease:' .. request.l)
local reaped = not open and redis.call('GET', tag .. ':reaped:' .. request.l)
if open then
  local lease = cjson.decode(open)
  local now = nowMs()
  redis.call('HDEL', process, 'lease:' .. request.l)
  for at, bucket in ipairs(lease.t) do
    local tokens = (request.u[at] or bucket[4]) - bucket[4]
    if tokens ~= 0 then
      take(bucket, missingOf(redis.call('GET', tag .. ':bucket:' .. bucket[1]), now), tokens, now)
    end
  end
  release(lease)
  chargeAll(lease.m, request.x, -lease.b, 0)
elseif reaped then
  local lease = cjson.decode(reaped)
  redis.call('DEL', tag .. ':reaped:' .. request.l)
  chargeAll(lease.m, request.x - lease.b, 0, -lease.b)
elseif request.h then
  -- Admitted, and lost with a server: what was spent is spent.
  chargeAll(request.m, request.x, 0, 0)
end
redis.call('HSET', process, 'applied', whole(request.n))
return 1
`;

const USAGE = `
local batch = cjson.decode(ARGV[1])
local process, applied = enter(batch.p)
if batch.n <= applied then return 0 end
for _, row in ipairs(batch.r) do
  local key = tag .. ':usage:' .. row[1]
  local isNew = redis.call('EXISTS', key) == 0
  for at, figure in ipairs(batch.f) do
    redis.call('HINCRBY', key, figure .. ':' .. row[3], whole(row[3 + at]))
  end
  if isNew then redis.call('PEXPIREAT', key, whole(row[2])) end
end
redis.call('HSET', process, 'applied', whole(batch.n))
return 1
`;

/** A sign of life. Always writes, so that a \`WAIT\` on its connection covers all that the process did before. */
const BEAT = `
local _, applied = enter(ARGV[1])
redis.call('HINCRBY', tag .. ':processes', ARGV[1], 1)
return whole(applied)
`;

/**
 * Charges a page of the leases of a process whose beats stand still, or that says goodbye (no beats given). Returns how
 * many, and where the next page begins: 0 when there is none.
 */
const REAP = `
local id, beats, cursor = ARGV[1], ARGV[2], ARGV[3]
local key = tag .. ':process:' .. id
if beats ~= '' and redis.call('HGET', tag .. ':processes', id) ~= beats then return {0, '0'} end
local page = redis.call('HSCAN', key, cursor, 'MATCH', 'lease:*', 'COUNT', 200)
local fields = page[2]
for at = 1, #fields, 2 do
  local lease = cjson.decode(fields[at + 1])
  redis.call('HDEL', key, fields[at])
  release(lease)
  for _, budget in ipairs(lease.m) do charge(budget, lease.b, -lease.b, lease.b) end
  redis.call('SET', tag .. ':reaped:' .. lease.l, fields[at + 1], 'PX', whole(DAY_MS))
end
-- A process that lives after all may have been admitted meanwhile.
if page[1] == '0' and redis.call('HLEN', key) <= 1 then
  redis.call('SET', tag .. ':gone:' .. id, redis.call('HGET', key, 'applied') or '0', 'PX', whole(DAY_MS))
  redis.call('DEL', key)
  redis.call('HDEL', tag .. ':processes', id)
end
return {#fields / 2, page[1]}
`;

const WITH_FULL_MEMORY = "#!lua flags=allow-oom";

/** Source texts by name. Need Redis 7.0 or Valkey. */
export const LEDGER_SCRIPTS = {
  admit: `#!lua${PRELUDE}${ADMIT}`,
  settle: `${WITH_FULL_MEMORY}${PRELUDE}${SETTLE}`,
  usage: `${WITH_FULL_MEMORY}${PRELUDE}${USAGE}`,
  beat: `${WITH_FULL_MEMORY}${PRELUDE}${BEAT}`,
  reap: `${WITH_FULL_MEMORY}${PRELUDE}${REAP}`,
} as const;

export type LedgerScript = keyof typeof LEDGER_SCRIPTS;

/** Begins every key of the store. The braces keep all of them in one slot. */
export const KEY_TAG = "{claude-agents}";
