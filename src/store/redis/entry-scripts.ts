// The scripts of stored responses, and of who fetches for the fleet.
import { clean, nowMs, type Script, wake } from './script.ts'

/** `{ asOf, freshUntil }` of a value, or nil: see `ValueHead` in codec.ts for the places. */
const headOf = `
local function headOf(value)
  if #value < 22 or string.sub(value, 1, 5) ~= 'WEIR\\1' then return nil end
  return struct.unpack('>d', string.sub(value, 7, 14)), struct.unpack('>d', string.sub(value, 15, 22))
end
`

/**
 * What is stored under a key, less what `least` says to be invalid; and where nothing of it is fresh, who fetches.
 * KEYS entry, lead, waiting. ARGV least, lead's term in ms (0: not wanted), nonce, instance.
 */
export const askEntry: Script = {
  name: 'weirAskEntry',
  keys: 3,
  lua: `${headOf}${clean}${nowMs}${wake}
clean(KEYS[1], 'hash')
local least, term = tonumber(ARGV[1]), tonumber(ARGV[2])
local stored, now, fresh = redis.call('HGETALL', KEYS[1]), nowMs(), false
local values = {}
for i = 1, #stored, 2 do
  local asOf, freshUntil = headOf(stored[i + 1])
  if asOf == nil or asOf < least then
    redis.call('HDEL', KEYS[1], stored[i])
  else
    values[#values + 1] = stored[i]
    values[#values + 1] = stored[i + 1]
    if freshUntil > now then fresh = true end
  end
end
if fresh or term == 0 then return {'alone', 0, values} end
clean(KEYS[2], 'string')
local taken = redis.pcall('SET', KEYS[2], ARGV[3], 'NX', 'PX', term)
if type(taken) == 'table' and taken.err then return {'alone', 0, values} end
if taken then return {'lead', 0, values} end
wait(KEYS[3], ARGV[4], 2 * term)
return {'follow', math.max(1, redis.call('PTTL', KEYS[2])), values}
`,
}

const giveUpLead = `
if ARGV[1] ~= '' and redis.call('TYPE', KEYS[1]).ok == 'string' and redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
wake(KEYS[2], ARGV[2], ARGV[3])
`

/** KEYS lead, waiting. ARGV nonce, channel, message. */
export const endLead: Script = {
  name: 'weirEndLead',
  keys: 2,
  lua: `${clean}${wake}${giveUpLead} return 1`,
}

/** KEYS lead. ARGV nonce, term in ms. */
export const renewLead: Script = {
  name: 'weirRenewLead',
  keys: 1,
  lua: `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`,
}

/**
 * Stores a variant, unless one is there whose writer had heard more; ends the lead, and wakes who waits, also
 * where there was no room. KEYS lead, waiting, entry. ARGV nonce, channel, message, field, value, ttl, most variants.
 */
export const putEntry: Script = {
  name: 'weirPutEntry',
  keys: 3,
  lua: `${headOf}${clean}${wake}
clean(KEYS[3], 'hash')
local before = redis.call('HGET', KEYS[3], ARGV[4])
local outcome = 1
if before and (headOf(before) or 0) > headOf(ARGV[5]) then
  outcome = 0
else
  local put = redis.pcall('HSET', KEYS[3], ARGV[4], ARGV[5])
  if type(put) == 'table' then
    outcome = put
  else
    while redis.call('HLEN', KEYS[3]) > tonumber(ARGV[7]) do
      local stored, oldest, least = redis.call('HGETALL', KEYS[3]), nil, math.huge
      for i = 1, #stored, 2 do
        local _, freshUntil = headOf(stored[i + 1])
        if stored[i] ~= ARGV[4] and (freshUntil or 0) < least then
          oldest, least = stored[i], freshUntil or 0
        end
      end
      redis.call('HDEL', KEYS[3], oldest)
    end
    if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[6]) then redis.call('PEXPIRE', KEYS[3], ARGV[6]) end
  end
end
${giveUpLead}
return outcome`,
}
