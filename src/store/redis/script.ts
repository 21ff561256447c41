// What has to happen in Redis at one moment, in Lua. Each script's keys lie in one slot of a Cluster.

export interface Script {
  readonly name: string
  readonly keys: number
  readonly lua: string
}

/** At the beginning of a script: it is let in also where Redis is full. For what is small, bounded, and must not be lost. */
export const mayExceed = '#!lua flags=allow-oom\n'

/** Whatever lies under a name of ours and is of another type was not put there by us. */
export const clean = `
local function clean(key, kind)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
end
`

export const nowMs = `
local function nowMs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
end
`

/** Wakes each instance that waits, on its own channel. */
export const wake = `
local function wake(waiting, channel, message)
  if redis.call('TYPE', waiting).ok == 'set' then
    for _, instance in ipairs(redis.call('SMEMBERS', waiting)) do
      redis.call('PUBLISH', channel .. instance, message)
    end
  end
  redis.call('DEL', waiting)
end
local function wait(waiting, instance, ms)
  clean(waiting, 'set')
  local added = redis.pcall('SADD', waiting, instance)
  if type(added) ~= 'table' then redis.call('PEXPIRE', waiting, ms) end
end
`

/** Of a server's run: it changes with a restart and with a failover. */
export const run = `
local function runOf()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or '?'
end
`
