// The scripts of leases and their fencing tokens.
import { clean, mayExceed, nowMs, run, type Script, wake } from './script.ts'

/**
 * Takes a lease that nobody holds. Its token is greater by one than the last; where the server's run is another, or
 * the last is not known, it starts anew from the clock, which is ahead of all that was given before.
 * KEYS hold, token. ARGV nonce, note, ttl, least token.
 */
export const acquireLease: Script = {
  name: 'weirAcquireLease',
  keys: 2,
  lua: `${mayExceed}${clean}${nowMs}${run}
clean(KEYS[1], 'hash')
clean(KEYS[2], 'hash')
if redis.call('EXISTS', KEYS[1]) == 1 then return {'busy', redis.call('HGET', KEYS[1], 'note')} end
local last, id = tonumber(redis.call('HGET', KEYS[2], 'last') or 0), runOf()
local token = last + 1
if redis.call('HGET', KEYS[2], 'run') ~= id then token = math.max(token, math.floor(nowMs() * 1000)) end
token = string.format('%.0f', math.max(token, tonumber(ARGV[4])))
redis.call('HSET', KEYS[2], 'last', token, 'run', id)
redis.call('PEXPIRE', KEYS[2], ${7 * 24 * 3_600_000})
redis.call('HSET', KEYS[1], 'token', token, 'nonce', ARGV[1], 'note', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'held', token}`,
}

/** KEYS hold. ARGV token, ttl. */
export const renewLease: Script = {
  name: 'weirRenewLease',
  keys: 1,
  lua: `${mayExceed}
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`,
}

/** Gives a lease up that is known by its token or its nonce. KEYS hold, waiting. ARGV 'token' or 'nonce', which, channel, message. */
export const releaseLease: Script = {
  name: 'weirReleaseLease',
  keys: 2,
  lua: `${mayExceed}${clean}${wake}
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
wake(KEYS[2], ARGV[3], ARGV[4])
return 1`,
}

/** Has an instance woken at the release; how long the lease lasts, or a negative number: nobody holds it. KEYS hold, waiting. ARGV instance. */
export const awaitLease: Script = {
  name: 'weirAwaitLease',
  keys: 2,
  lua: `${mayExceed}${clean}${wake}
local left = redis.call('PTTL', KEYS[1])
if left >= 0 then wait(KEYS[2], ARGV[1], left + 1000) end
return left`,
}

/** Makes sure that tokens go on from here. KEYS token. ARGV token. */
export const raiseToken: Script = {
  name: 'weirRaiseToken',
  keys: 1,
  lua: `${mayExceed}${clean}${run}
clean(KEYS[1], 'hash')
if tonumber(redis.call('HGET', KEYS[1], 'last') or 0) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'last', ARGV[1], 'run', runOf())
return redis.call('PEXPIRE', KEYS[1], ${7 * 24 * 3_600_000})`,
}
