// Which member a value prefers: evenly spread, and moved only where its member goes away.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rankMembers } from '../../../src/resilience/rendezvous.ts'

const members = ['http://a:1', 'http://b:1', 'http://c:1', 'http://d:1']

test('a value must keep its order whatever the order of the members', () => {
  fc.assert(
    fc.property(fc.string(), fc.shuffledSubarray(members, { minLength: 4 }), (value, shuffled) => {
      expect(rankMembers(value, shuffled)).toEqual(rankMembers(value, members))
    }),
  )
})

test('a member that goes away must move the values of no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...members), (value, gone) => {
      const left = members.filter((member) => member !== gone)
      expect(rankMembers(value, left)).toEqual(
        rankMembers(value, members).filter((member) => member !== gone),
      )
    }),
  )
})

test('values must spread over the members, however similar they are', () => {
  const favourites = new Map<string, number>()
  for (let i = 0; i < 10_000; i++) {
    const [first = ''] = rankMembers(`user-${i}`, members)
    favourites.set(first, (favourites.get(first) ?? 0) + 1)
  }
  for (const member of members) expect(favourites.get(member)).toBeGreaterThan(2_200)
})
