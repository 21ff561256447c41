// The scripts of the records of job runs.
import type { Script } from './script.ts'

/** KEYS order, records, last. ARGV run id, started at, job, record, most. */
export const putRun: Script = {
  name: 'weirPutRun',
  keys: 3,
  lua: `
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then redis.call('HSET', KEYS[3], ARGV[3], ARGV[1]) end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[4])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
local extra = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[5])
if extra > 0 then
  local gone = redis.call('ZRANGE', KEYS[1], 0, extra - 1)
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, extra - 1)
  redis.call('HDEL', KEYS[2], unpack(gone))
  local named = redis.call('HGETALL', KEYS[3])
  for i = 1, #named, 2 do
    for _, id in ipairs(gone) do
      if named[i + 1] == id then redis.call('HDEL', KEYS[3], named[i]) end
    end
  end
end
return 1`,
}

/** KEYS last, records. ARGV job. */
export const lastRun: Script = {
  name: 'weirLastRun',
  keys: 2,
  lua: `
local id = redis.call('HGET', KEYS[1], ARGV[1])
return id and redis.call('HGET', KEYS[2], id)`,
}

/** KEYS order, records. */
export const listRuns: Script = {
  name: 'weirListRuns',
  keys: 2,
  lua: `
local ids = redis.call('ZREVRANGE', KEYS[1], 0, -1)
if #ids == 0 then return {} end
return redis.call('HMGET', KEYS[2], unpack(ids))`,
}
