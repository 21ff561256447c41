// Whose word on where a request came from is believed.
import { expect, test } from 'vitest'
import { trustedPeers } from '../../../src/server/trusted-peers.ts'

test.each<[readonly string[], string, boolean]>([
  [[], '127.0.0.1', false],
  [['127.0.0.0/8'], '127.200.0.1', true],
  [['127.0.0.0/8'], '128.0.0.1', false],
  [['127.0.0.0/8'], '::ffff:127.0.0.1', true],
  [['10.1.2.3'], '10.1.2.3', true],
  [['10.1.2.3'], '10.1.2.4', false],
  [['10.1.2.3/32'], '10.1.2.3', true],
  [['::1'], '::1', true],
  [['::1'], '127.0.0.1', false],
  [['fd00::/8'], 'fd12::1', true],
  [['fd00::/8'], 'fe80::1', false],
  [['10.0.0.0/8', '::1'], '::1', true],
  [['0.0.0.0/0'], '8.8.8.8', true],
  [['0.0.0.0/0'], '', false],
])('of %j, %s: %s', (blocks, address, expected) => {
  expect(trustedPeers(blocks)(address)).toBe(expected)
})
