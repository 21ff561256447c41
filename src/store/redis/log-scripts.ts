// The log of invalidations in Redis: one number for each, in the order in which Redis heard of them.
import { mayExceed, type Script } from './script.ts'

/** Atoms that the log remembers. */
const MOST_ATOMS = 50_000

/** Half a log would be worse than none: where one of its keys is lost, it begins anew, and is never quite empty. */
const begin = `
local function number(value) return string.format('%.0f', value) end
local function nowUs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local function begin()
  if redis.call('TYPE', KEYS[1]).ok ~= 'hash' or redis.call('TYPE', KEYS[2]).ok ~= 'zset' then
    local born = number(nowUs())
    redis.call('DEL', KEYS[1], KEYS[2])
    redis.call('HSET', KEYS[1], 'born', born, 'last', born, 'floor', born)
    redis.call('ZADD', KEYS[2], born, 'begin')
  end
  return unpack(redis.call('HMGET', KEYS[1], 'born', 'last', 'floor'))
end
`

/** KEYS state, atoms. ARGV sender, channel, atoms … Gives the number before, and that of these. */
export const publishAtoms: Script = {
  name: 'weirPublishAtoms',
  keys: 2,
  lua: `${mayExceed}${begin}
local born, last = begin()
local seq = number(math.max(tonumber(last) + 1, nowUs()))
for i = 3, #ARGV do redis.call('ZADD', KEYS[2], seq, ARGV[i]) end
redis.call('HSET', KEYS[1], 'last', seq)
local extra = redis.call('ZCARD', KEYS[2]) - ${MOST_ATOMS}
if extra > 0 then
  redis.call('HSET', KEYS[1], 'floor', redis.call('ZRANGE', KEYS[2], extra - 1, extra - 1, 'WITHSCORES')[2])
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, extra - 1)
end
redis.call('PUBLISH', ARGV[2], table.concat({born, last, seq, ARGV[1], table.concat(ARGV, ' ', 3)}, ' '))
return {born, last, seq}`,
}

/**
 * All since a number; or, where the log began anew or has forgotten some of it, all that it has.
 * KEYS state, atoms. ARGV born, number. Gives born, last, floor, the server's run, and atom, number, atom, number …
 */
export const readAtoms: Script = {
  name: 'weirReadAtoms',
  keys: 2,
  lua: `${mayExceed}${begin}
local born, last, floor = begin()
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or '?'
local since = '(' .. ARGV[2]
if ARGV[1] ~= born or tonumber(ARGV[2]) < tonumber(floor) then since = '-inf' end
return {born, last, floor, run, redis.call('ZRANGEBYSCORE', KEYS[2], since, '+inf', 'WITHSCORES')}`,
}
